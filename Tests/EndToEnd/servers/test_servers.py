"""Every tested server behaves exactly as README's table describes it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from apache import ApacheFcgid
from observations import OBSERVATIONS
from sites import SITES
from trickle import PROMPT


@pytest.mark.parametrize("kind", SITES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("observation", OBSERVATIONS, ids=lambda observation: "; ".join(observation.rows))
def test_the_server_behaves_as_the_table_says(servers, expected, observation, kind):
    words = servers.words(observation, kind)
    assert words == [expected.get((row, kind.name)) for row in observation.rows]


def test_the_table_lists_exactly_the_tested_servers_and_rows(expected):
    rows = [row for observation in OBSERVATIONS for row in observation.rows]
    assert list(expected) == [(row, kind.name) for row in rows for kind in SITES]


# mod_fcgid must not make the request wait until one of the streams ends.
def test_r15_mod_fcgid_starts_another_process_for_a_further_request(binaries, simulator):
    site = ApacheFcgid(binaries, simulator.base)
    streams = []
    try:
        with ThreadPoolExecutor(70) as pool:
            streams += pool.map(lambda _: site.client.stream("[simulate pace=1000 deltas=100]"), range(70))
        begin = time.monotonic()
        assert site.client.ask("hi").status == 200
        assert time.monotonic() - begin < PROMPT
    finally:
        for stream in streams:
            stream.close()
        site.stop()
