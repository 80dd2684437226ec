"""Fixtures: every server is started once, and slow observations of all servers run concurrently."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from observations import OBSERVATIONS
from processes import REPOSITORY
from sites import SITES

# The observed words, by row and server.
seen = {}


class Servers:
    """The sites, each started when it is first used, and the observations made with them."""

    def __init__(self, binaries, simulator):
        self.binaries = binaries
        self.simulator = simulator
        self.sites = {}
        self.observed = {}

    def words(self, observation, kind):
        """The words for an observation of a server. Observations that mostly wait are made with all servers concurrently."""
        key = observation.rows, kind
        if key not in self.observed:
            # The simulator returns all its recorded requests on each query, so old ones are deleted.
            self.simulator.forget()
            kinds = SITES if observation.waits else [kind]
            with ThreadPoolExecutor(len(kinds)) as pool:
                words = pool.map(lambda kind: self._observe(observation, kind), kinds)
                self.observed |= {(observation.rows, kind): word for kind, word in zip(kinds, words)}
        for row, word in zip(observation.rows, self.observed[key]):
            seen[row, kind.name] = word
        return self.observed[key]

    def site(self, kind):
        if kind not in self.sites:
            self.sites[kind] = kind(self.binaries, self.simulator.base)
        return self.sites[kind]

    def _observe(self, observation, kind):
        try:
            return observation.observe(self.site(kind), self.simulator)
        except Exception as error:
            return [f"{type(error).__name__}: {error}"] * len(observation.rows)

    def stop(self):
        for site in self.sites.values():
            site.stop()


@pytest.fixture(scope="session")
def servers(binaries, the_simulator):
    servers = Servers(binaries, the_simulator)
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def expected():
    """README's table of servers: the words for each row and server."""
    section = (REPOSITORY / "README.md").read_text().split("\n## Behind each server\n")[1].split("\n## ")[0]
    head, _, *lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")
    ]
    names = [re.sub(r"\[(.*)\]\(.*\)", r"\1", cell) for cell in head[1:]]
    return {(row, name): word for row, *words in lines for name, word in zip(names, words, strict=True)}


def pytest_terminal_summary(terminalreporter):
    """Prints the observed words in README's format."""
    if not seen:
        return
    kinds = [kind for kind in SITES if any(name == kind.name for _, name in seen)]
    rows = [row for observation in OBSERVATIONS for row in observation.rows]
    lines = [["", *(f"[{kind.name}](deploy/{kind.recipe})" for kind in kinds)], ["---"] * (len(kinds) + 1)]
    lines += [[row, *(seen.get((row, kind.name), "") for kind in kinds)] for row in rows]
    terminalreporter.section("observations of each server")
    for line in lines:
        terminalreporter.write_line("| " + " | ".join(" ".join(word.split())[:80] for word in line) + " |")
