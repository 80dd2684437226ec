"""Each fault, at each stage of a request: the client sees the result in the contract, and the process leaks nothing."""

import pytest

import table
from faults import FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(tried, fault):
    outcome = tried[fault]
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.tried > 0 or outcome.complaints
    assert not outcome.complaints
    assert outcome.survived == outcome.tried


def test_the_table_in_the_readme(pytestconfig):
    """README lists every fault with its result, and every trial in it was survived. Checks the text, not the program."""
    if pytestconfig.getoption("--write-readme"):
        pytest.skip("the table is being written")
    expected = {}
    for fault in FAULTS:
        expected[fault.row] = fault.words
    found = table.read()
    assert {row[0]: row[1] for row in found} == expected
    assert all(row[2] == row[3] != "0" for row in found)
