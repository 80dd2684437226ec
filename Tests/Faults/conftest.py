"""Fixtures: the faults are tried concurrently, each on its own site, because most of the time is spent waiting."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

import pytest

import table
from faults import FAULTS
from processes import REPOSITORY
from sites import Site
from stack import Simulator
from trial import Outcome, try_fault

# The outcomes by fault, for the summary.
outcomes = {}


def pytest_addoption(parser):
    parser.addoption(
        "--binaries",
        type=Path,
        default=REPOSITORY / ".build/debug",
        help="the build directory of gpt-proxy and upstream-simulator",
    )
    parser.addoption("--times", type=int, default=1, help="how many times each fault is tried on each endpoint")
    parser.addoption("--sites", type=int, default=6, help="how many faults are tried concurrently")
    parser.addoption(
        "--any-memory", action="store_true", help="do not check memory use: for instrumented programs"
    )
    parser.addoption("--write-readme", action="store_true", help="write the printed table into README")


@pytest.fixture(scope="session")
def binaries(pytestconfig):
    return pytestconfig.getoption("--binaries").resolve()


@pytest.fixture(scope="session")
def simulator(binaries):
    simulator = Simulator(binaries)
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def tried(request, pytestconfig, binaries, simulator):
    """The outcomes of the selected faults, by fault. All of them have been tried when this fixture is ready."""
    selected = [item.callspec.params["fault"] for item in request.session.items if "fault" in item.fixturenames]
    times = pytestconfig.getoption("--times")
    watches_memory = not pytestconfig.getoption("--any-memory")

    def run(fault):
        outcome = Outcome()
        try:
            site = Site(fault.site, binaries, simulator, watches_memory)
            try:
                outcome = try_fault(fault, site, times)
            finally:
                site.stop()
        except pytest.skip.Exception as reason:
            outcome.skipped = str(reason)
        except Exception as error:
            outcome.complaints[f"{type(error).__name__}: {error}"] += 1
        return outcome

    with ThreadPoolExecutor(pytestconfig.getoption("--sites")) as pool:
        outcomes.update(zip(selected, pool.map(run, selected)))
    return outcomes


def pytest_terminal_summary(terminalreporter, config):
    """Prints the table in README's format."""
    if not outcomes:
        return
    ordered = {fault: outcomes[fault] for fault in FAULTS if fault in outcomes and not outcomes[fault].skipped}
    rows = table.rows(ordered)
    terminalreporter.section("faults")
    for line in table.lines(rows):
        terminalreporter.write_line(line)
    if config.getoption("--write-readme"):
        table.write(rows)
