"""Slow uploads that the web server forwards without buffering: they neither delay other clients nor fail."""

import http.client
import json
import socket
import time

import pytest

from canaries import PROXY_KEY
from client import Client, longest_gap
from processes import wait_until
from trickle import PROMPT, Trickle, slowest


@pytest.fixture
def passing(deploy):
    """A deployment whose client's bodies are forwarded while they arrive."""
    deployment = deploy()
    deployment.client = Client(deployment.nginx.passing_port)
    return deployment


@pytest.mark.parametrize("key", [PROXY_KEY, "wrong"])
@pytest.mark.parametrize("count", [64, 200])
def test_r6_slow_uploads_delay_no_other_client(passing, count, key):
    with passing.client.stream("[simulate pace=50 deltas=200]") as stream, Trickle(
        passing.nginx.passing_port, count, key
    ):
        stream.read_until(b"output_text.delta")
        assert slowest(passing.client) < PROMPT
        pieces = [piece for _, piece in zip(range(40), stream.pieces())]
    assert longest_gap(pieces) < PROMPT


def test_s3_an_unknown_caller_is_rejected_before_its_upload_has_arrived(passing):
    head = "POST /proxy HTTP/1.1\r\nHost: x\r\nX-API-KEY: wrong\r\nContent-Length: 50000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", passing.nginx.passing_port), timeout=20) as upload:
        upload.sendall(head.encode() + b"x" * 9000)
        begin = time.monotonic()
        assert upload.makefile("rb").readline() == b"HTTP/1.1 401 Unauthorized\r\n"
        assert time.monotonic() - begin < PROMPT


def test_s3_unfinished_uploads_of_unknown_callers_delay_no_other_client(passing):
    head = "POST /proxy HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n"
    strangers = [socket.create_connection(("127.0.0.1", passing.nginx.passing_port)) for _ in range(80)]
    try:
        for stranger in strangers:
            stranger.sendall(head.encode() + b"x" * 9000)
        begin = time.monotonic()
        assert passing.client.ask("x" * 100_000).status == 200
        assert time.monotonic() - begin < PROMPT
    finally:
        for stranger in strangers:
            stranger.close()


def test_an_upload_that_makes_no_progress_is_ended(deploy):
    deployment = deploy(UPLOAD_TIMEOUT="1s")
    connection = http.client.HTTPConnection("127.0.0.1", deployment.nginx.passing_port, timeout=20)
    connection.putrequest("POST", "/proxy")
    connection.putheader("X-API-KEY", PROXY_KEY)
    connection.putheader("Content-Length", "50000")
    connection.endheaders(b"x" * 9000)
    reply = connection.getresponse()
    assert reply.status == 408
    assert "UPLOAD_TIMEOUT" in json.loads(reply.read())["detail"]
    connection.close()
    assert deployment.client.ask("hi").status == 200


def test_r12_a_client_that_pauses_for_half_a_minute_gets_everything(kept_proxy):
    with kept_proxy.stream("[simulate size=12000000]") as stream:
        stream.read_until(b"output_text.delta")
        time.sleep(35)
        rest = stream.rest()
    assert b"event: response.completed" in rest[-200_000:] or b"response.completed" in rest


def test_a_client_that_reads_nothing_is_disconnected_after_client_timeout(deploy, simulator):
    deployment = deploy(CLIENT_TIMEOUT="1s")
    with deployment.client.stream("[simulate size=50000000 deltas=50000]"):
        assert wait_until(lambda: simulator.requests and simulator.request["ending"] == "client closed")
