"""Each fault, at each stage of an exchange: the client sees what the contract says, and nothing is left behind."""

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


def test_the_readmes_table(pytestconfig):
    """README has every fault, with what the client sees of it, and none that was not survived."""
    if pytestconfig.getoption("--write-readme"):
        pytest.skip("it is being written")
    expected = {}
    for fault in FAULTS:
        expected[fault.row] = fault.words
    found = table.read()
    assert {row[0]: row[1] for row in found} == expected
    assert all(row[2] == row[3] != "0" for row in found)
