"""Every server that gpt-proxy is used behind does what the README's table says of it: no less, and no more."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from apache import ApacheFcgid
from observations import OBSERVATIONS
from sites import SITES
from trickle import PROMPT


@pytest.mark.parametrize("kind", SITES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("observation", OBSERVATIONS, ids=lambda observation: "; ".join(observation.rows))
def test_the_server_does_what_the_table_says(servers, expected, observation, kind):
    words = servers.words(observation, kind)
    assert words == [expected.get((row, kind.name)) for row in observation.rows]


def test_the_table_tells_of_every_server_and_nothing_else(expected):
    rows = [row for observation in OBSERVATIONS for row in observation.rows]
    assert list(expected) == [(row, kind.name) for row in rows for kind in SITES]


# mod_fcgid would let it wait for one of the streams to end.
def test_r15_mod_fcgid_has_a_process_for_one_more_request_than_it_had(binaries, simulator):
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
