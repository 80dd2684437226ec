"""Many concurrent requests and large ones: nothing is lost, mixed up or buffered without limit."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from client import ask, events
from processes import wait_until


def test_two_hundred_concurrent_requests(proxy):
    with ThreadPoolExecutor(200) as pool:
        replies = list(pool.map(lambda number: proxy.ask(f"[simulate delay=200] number {number}."), range(200)))
    assert [reply.status for reply in replies] == [200] * 200
    for number, reply in enumerate(replies):
        assert f"number {number}." in reply.text


def test_a_hundred_concurrent_streams(proxy):
    def read(number):
        with proxy.stream(f"[simulate pace=5 text=stream {number} {'word ' * 50}.]") as stream:
            return events(stream.rest())

    with ThreadPoolExecutor(100) as pool:
        streams = list(pool.map(read, range(100)))
    for number, received in enumerate(streams):
        assert received[-1][0] == "response.completed"
        assert f"stream {number} word" in received[-1][1]


def test_a_request_of_twenty_megabytes(kept_proxy, simulator):
    reply = kept_proxy.ask("0123456789" * 2_000_000)
    assert reply.status == 200
    assert simulator.request["body_size"] > 20_000_000


def test_a_response_of_five_megabytes(proxy):
    reply = proxy.ask("[simulate size=5000000]")
    assert reply.status == 200
    assert len(reply.text) == 5_000_000


def test_a_client_that_reads_slowly_gets_everything(proxy):
    with proxy.stream("[simulate size=8000000]") as stream:
        stream.read_until(b"output_text.delta")
        # Long enough to fill all buffers between upstream and the client.
        time.sleep(1)
        rest = stream.rest()
    assert rest.endswith(b"\n\n")
    assert events(rest[rest.index(b"event: ") :])[-1][0] == "response.completed"


# With such a slow reader all buffers fill up: data that does not fit into the buffers of the sockets and nginx must stay
# upstream.
@pytest.mark.memory
@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
def test_a_client_that_reads_one_kilobyte_a_second_of_100_megabytes_takes_no_memory(deploy, simulator, path):
    deployment = deploy()
    responder = deployment.responder.process
    with deployment.client.stream("[simulate size=100000000 deltas=100000]", path=path) as stream:
        # The first event arrives as soon as the simulator has generated its response; then all buffers fill at once.
        stream.read_until(b"\n\n")
        time.sleep(1)
        memory = responder.resident_kilobytes
        for _ in range(4):
            assert len(stream.read(1024)) == 1024
            time.sleep(1)
            assert responder.resident_kilobytes < memory + 2048
        assert simulator.request["ending"] == "none"
    assert memory < 128 * 1024
    assert wait_until(lambda: simulator.request["ending"] == "client closed")
    assert simulator.request["events_sent"] < 50_000


# A request may be long and its response may take minutes: the request body must not stay in memory meanwhile.
@pytest.mark.memory
@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions", "/v1/responses"])
def test_a_long_conversation_takes_no_memory_while_its_response_streams(deploy, path):
    deployment = deploy()
    responder = deployment.responder.process
    long = f"[simulate pace=200 text={'word ' * 200}] {'x' * 1_000_000}"

    def open_stream(text):
        body = {"model": "gpt-4o", "input": text} if path == "/v1/responses" else ask(text)
        stream = deployment.client.stream_of({**body, "stream": True}, path)
        stream.read_until(b"delta")
        return stream

    # Each event loop keeps the temporary memory of such requests for the next ones.
    streams = [open_stream(long) for _ in range(10)]
    memory = responder.resident_kilobytes
    streams += [open_stream(long) for _ in range(10)]
    try:
        assert responder.resident_kilobytes < memory + 5 * 1024
    finally:
        for stream in streams:
            stream.close()
