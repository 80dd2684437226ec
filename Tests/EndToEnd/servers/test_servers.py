"""Every tested server behaves exactly as README's table describes it."""

import http.client
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


@pytest.mark.parametrize("kind", SITES, ids=lambda kind: kind.name)
def test_s21_no_recipe_shows_the_status_page_to_strangers(servers, kind):
    """Loopback has many addresses: a client at the second one stands for another machine."""

    def status(address, path="/status"):
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30, source_address=(address, 0))
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, b"accepted conn" in body

    site = servers.site(kind)
    # The shared host's rules do not hand the path over at all.
    assert status("127.0.0.1") == ((404, False) if kind.recipe == "shared-host" else (200, True))
    for path in ("/status", "/status?json&full", "//status", "/./status", "/%73tatus"):
        assert status("127.0.0.2", path)[0] in (301, 400, 401, 403, 404)
        assert not status("127.0.0.2", path)[1]


@pytest.mark.parametrize("kind", SITES, ids=lambda kind: kind.name)
def test_s22_a_clients_request_id_is_not_used_behind_nginx(servers, kind):
    if not kind.recipe.startswith("nginx"):
        pytest.skip("only nginx makes request IDs")
    connection = http.client.HTTPConnection("127.0.0.1", servers.site(kind).port, timeout=30)
    connection.request("GET", "/healthz", headers={"X-Request-Id": "chosen-by-the-client"})
    assert connection.getresponse().headers["x-gpt-proxy-request-id"] != "chosen-by-the-client"
    connection.close()
