"""What a process does with more than it can carry: it says so at once, in the words of the route, and goes on."""

import json
import os
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from client import Client, ask, events
from processes import wait_until
from stack import environment
from upstream import Upstream

# Descriptors for some tens of streams: each event loop has three of its own, and there is one for each processor.
FEW = 100 + 3 * len(os.sched_getaffinity(0))

# More streams than that.
TOO_MANY = 200

# A stream that lives until its client leaves.
ENDLESS = "[simulate stall=6]"


@contextmanager
def live_streams(client, count):
    with ExitStack() as stack:
        streams = [stack.enter_context(client.stream(ENDLESS)) for _ in range(count)]
        assert [stream.status for stream in streams] == [200] * count
        yield streams


def refusal(reply):
    """What a refusal says; its form is checked."""
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) > 0
    return reply.json


@pytest.mark.parametrize("streams", [False, True])
def test_one_stream_too_many_is_refused_in_the_words_of_the_route(deploy, streams):
    client = deploy(MAX_STREAMS="2").client
    with live_streams(client, 2):
        assert "Try again" in refusal(client.ask("hi", stream=streams))["detail"]
        error = refusal(client.ask("hi", path="/v1/chat/completions", stream=streams))["error"]
        assert error["type"] == "server_error"
        assert error["code"] == "overloaded"
    assert wait_until(lambda: client.ask("hi", stream=streams).status == 200)


def test_what_is_refused_for_another_reason_or_costs_nothing_is_answered_as_ever(deploy):
    client = deploy(MAX_STREAMS="1").client
    with live_streams(client, 1):
        assert client.get("/healthz", headers={}).status == 200
        assert client.get("/nowhere").status == 404
        assert client.get("/proxy").status == 405
        assert client.post(ask("hi"), headers={"X-API-KEY": "wrong"}).status == 401


def test_the_log_tells_of_refusals(deploy):
    deployment = deploy(MAX_STREAMS="1")
    with live_streams(deployment.client, 1):
        deployment.client.ask("hi")
    assert wait_until(lambda: len(deployment.responder.access_log()) == 2)
    assert [line.get("error") for line in deployment.responder.access_log()][0] == "too_many_streams"


@pytest.mark.parametrize("streams", [False, True])
def test_a_request_that_finds_no_place_gets_the_next_that_is_free(deploy, streams):
    client = deploy(MAX_STREAMS="1").client
    with ThreadPoolExecutor(1) as pool:
        with client.stream("[simulate pace=50 deltas=10]") as stream:
            stream.read_until(b"output_text.delta")
            waiting = pool.submit(client.ask, "hi", stream=streams)
            stream.rest()
        assert waiting.result().status == 200


def test_more_than_a_few_do_not_wait(deploy):
    deployment = deploy(MAX_STREAMS="2")
    with live_streams(deployment.client, 2), ThreadPoolExecutor(20) as pool:
        assert {reply.status for reply in pool.map(deployment.client.ask, ["hi"] * 20)} == {503}
    assert wait_until(lambda: len(deployment.responder.access_log()) == 22)
    waited = [line["duration_ms"] >= 1000 for line in deployment.responder.access_log() if line["status"] == 503]
    assert 1 <= sum(waited) <= 5


def test_a_client_that_leaves_while_it_waits_takes_no_place(deploy):
    deployment = deploy(MAX_STREAMS="1")
    with live_streams(deployment.client, 1):
        connection = deployment.client.send("POST", "/proxy", ask("hi"))
        time.sleep(0.2)
        connection.sock.close()
        connection.close()
        assert wait_until(deployment.responder.access_log)
        assert deployment.responder.access_log()[0]["client_left"] is True
    assert wait_until(lambda: deployment.client.ask("hi").status == 200)


def test_a_failed_request_gives_its_place_back(deploy):
    client = deploy(MAX_STREAMS="1").client
    for directive in ["status=500", "cut-head", "garbage"]:
        assert client.ask(f"[simulate {directive}]").status == 502
    assert client.post(b"no JSON").status == 400
    assert client.ask("hi").status == 200


# So few descriptors do not go round for the connections that nginx would keep: some would be closed while nginx sends a
# request on them, which then is lost.
def test_few_descriptors_make_few_streams_and_no_one_waits(deploy):
    client = Client(deploy(descriptors=FEW).nginx.closing_port)
    with ExitStack() as stack, ThreadPoolExecutor(TOO_MANY) as pool:
        streams = pool.map(lambda _: client.stream(ENDLESS), range(TOO_MANY))
        assert {stack.enter_context(stream).status for stream in streams} == {200, 503}
        assert client.get("/healthz", headers={}).status == 200
    assert wait_until(lambda: client.ask("hi").status == 200)


def test_more_than_the_descriptors_allow_is_not_promised(deploy):
    deployment = deploy(descriptors=FEW, MAX_STREAMS="1000")
    assert "too low for MAX_STREAMS" in deployment.responder.log
    with ExitStack() as stack:
        streams = (stack.enter_context(deployment.client.stream(ENDLESS)) for _ in range(TOO_MANY))
        assert any(stream.status == 503 for stream in streams)


@contextmanager
def descriptors_taken(responder, limit, but):
    """Takes the responder's descriptors up to its limit, but for so many, by connections that say nothing."""
    with ExitStack() as stack:
        for _ in range(limit - but - responder.process.descriptors):
            idle = stack.enter_context(socket.socket(socket.AF_UNIX))
            idle.connect(str(responder.socket))
        assert wait_until(lambda: responder.process.descriptors == limit - but)
        yield


# With one left the request is taken in and upstream cannot be connected to; with none, it is not even that.
@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
def test_a_request_without_a_descriptor_is_refused(deploy, left, path):
    deployment = deploy(descriptors=FEW)
    # Each request comes on a connection of its own.
    responder, client = deployment.responder, Client(deployment.nginx.closing_port)
    with descriptors_taken(responder, FEW, but=left):
        for streams in [False, True]:
            refusal(client.ask("hi", path=path, stream=streams))
        assert client.get("/healthz", headers={}).status == 200
    assert wait_until(lambda: client.ask("hi", path=path).status == 200)
    errors = {line.get("error") for line in responder.access_log() if line["status"] == 503}
    assert errors == {"no_descriptor"}


def test_a_process_without_descriptors_does_not_spin(deploy):
    deployment = deploy(descriptors=FEW)
    process = deployment.responder.process
    with descriptors_taken(deployment.responder, FEW, but=0), socket.socket(socket.AF_UNIX) as waiting:
        # One holds the last descriptor with a request that does not come to its end; one waits to be accepted.
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(deployment.responder.socket))
            last.send(b"\1\1\0\1\0\10\0\0")
            waiting.connect(str(deployment.responder.socket))
            time.sleep(0.2)
            used = process.processor_seconds
            time.sleep(1)
            assert process.processor_seconds - used < 0.5
    assert wait_until(lambda: deployment.client.ask("hi").status == 200)


# --- Memory -----------------------------------------------------------------------------------------------------------

# The limit on the memory of a process, in kilobytes. Less than a sixteenth is for bodies, an eighth of it not for large ones.
MEMORY = 512 << 10
FOR_BODIES = MEMORY // 16


def for_bodies(responder):
    """How many megabytes of bodies the process accepts at once, by its log."""
    assert wait_until(lambda: '"bodies":' in responder.log)
    return int(re.search(r'"bodies":"(\d+) MB"', responder.log)[1])


@contextmanager
def bodies_in_hand(deployment, count, size):
    """So many requests with bodies of that size, in bytes, which upstream does not answer."""
    text = "[simulate hang]" + "x" * size
    with ThreadPoolExecutor(count) as pool:
        connections = list(pool.map(lambda _: deployment.client.send("POST", "/proxy", ask(text)), range(count)))
    try:
        yield connections
    finally:
        for connection in connections:
            connection.sock.close()
            connection.close()


@pytest.mark.memory
def test_large_bodies_together_take_no_more_memory_than_there_is(deploy):
    deployment = deploy(memory=MEMORY, MAX_BODY="4m")
    responder, client = deployment.responder, deployment.client
    assert client.ask("hi").status == 200
    before, count, fit = responder.process.resident_kilobytes, 40, 10
    # There is room for ten and a half of this size.
    size = int((for_bodies(responder) + 0.5) * (1 << 20) * 7 / 8 / (fit + 0.5))
    with bodies_in_hand(deployment, count, size):
        assert wait_until(lambda: len(responder.access_log()) == 1 + count - fit, timeout=60)
        refused = responder.access_log()[1:]
        assert {(line["status"], line["error"]) for line in refused} == {(503, "no_memory")}
        # All the while, small ones are served, and large ones told when to come again.
        for stream in [False, True]:
            assert client.ask("hi", stream=stream).status == 200
        for path in ["/proxy", "/v1/chat/completions"]:
            assert "Try again" in str(refusal(client.ask("x" * size, path=path)))
    assert responder.process.peak_kilobytes - before < 4 * FOR_BODIES
    assert wait_until(lambda: client.ask("hi" + "x" * size).status == 200)


@pytest.mark.memory
def test_a_body_takes_no_memory_while_its_answer_streams(deploy):
    deployment = deploy(memory=MEMORY, MAX_BODY="4m")
    text = "[simulate stall=30]" + "x" * (3 << 20)
    with ExitStack() as stack:
        for _ in range(20):
            stream = stack.enter_context(deployment.client.stream(text))
            assert stream.status == 200
            stream.read_until(b"\n\n")


@pytest.fixture
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


LARGE = "x" * (2 * FOR_BODIES << 10)


@pytest.mark.memory
@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions", "/v1/responses"])
def test_a_reply_that_there_is_no_memory_for_is_refused(upstream, deploy, path):
    deployment = deploy(memory=MEMORY, OPENAI_BASE=upstream.base, MAX_BODY="4m")
    body = {"model": "gpt-4o", "input": "hi"} if path == "/v1/responses" else ask("hi")
    upstream.says({"output": [], "text": LARGE})
    refusal(deployment.client.post(body, path=path))
    upstream.streams(("response.completed", {"type": "response.completed", "response": {"text": LARGE}}))
    refusal(deployment.client.post({**body, "stream": True}, path=path))
    upstream.streams(("response.completed", {"type": "response.completed", "response": {"output": []}}))
    assert deployment.client.post({**body, "stream": True}, path=path).status == 200
    assert [line.get("error") for line in deployment.responder.access_log()] == ["no_memory", "no_memory", None]


@pytest.mark.memory
def test_an_event_that_there_is_no_memory_for_ends_the_stream_with_an_error(upstream, deploy):
    deployment = deploy(memory=MEMORY, OPENAI_BASE=upstream.base, MAX_BODY="4m")
    upstream.streams(
        ("response.created", {"type": "response.created"}),
        ("response.completed", {"type": "response.completed", "response": {"text": LARGE}}),
    )
    with deployment.client.stream("hi") as stream:
        names = [name for name, _ in events(stream.rest())]
    assert names == ["response.created", "error"]


@pytest.mark.memory
def test_the_log_says_how_much_memory_bodies_may_take(deploy):
    assert FOR_BODIES >> 11 < for_bodies(deploy(memory=MEMORY, MAX_BODY="4m").responder) <= FOR_BODIES >> 10
    # The largest single one must find room.
    assert for_bodies(deploy(memory=2 * MEMORY, MAX_BODY="48m").responder) == 96


@pytest.mark.memory
def test_r14_a_body_that_there_is_no_memory_for_is_too_large(deploy):
    deployment = deploy(memory=MEMORY, MAX_BODY="1g")
    warning = next(line for line in deployment.responder.log.splitlines() if "MAX_BODY" in line)
    assert json.loads(warning)["limit"] == "ulimit -d" and json.loads(warning)["asked"] == str(1 << 30)
    possible = int(json.loads(warning)["possible"])
    assert possible < MEMORY << 10
    assert deployment.client.ask("x" * (possible + 1)).status == 413
    assert deployment.client.ask("hi").status == 200


@pytest.mark.memory
def test_r14_large_bodies_at_once_do_not_end_a_process_whose_address_space_is_limited(deploy):
    deployment = deploy(address_space=1 << 20)
    client = deployment.client
    with ExitStack() as stack:
        streams = [
            stack.enter_context(client.stream("[simulate pace=100 deltas=3000]", path="/v1/chat/completions"))
            for _ in range(20)
        ]
        for stream in streams:
            stream.read_until(b'"content":')
        body = "x" * (30 << 20)
        for _ in range(2):
            with ThreadPoolExecutor(24) as pool:
                replies = pool.map(lambda _: client.ask(body, path="/v1/chat/completions").status, range(24))
                assert set(replies) == {200, 503}
        for stream in streams:
            stream.read_until(b'"content":')
    assert client.ask("hi").status == 200


def group_limit():
    """The file with the limit of this process's control group; None if there is none."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        files = [f"/sys/fs/cgroup{path}/memory.max", "/sys/fs/cgroup/memory.max"] if not controllers else []
        if controllers == "memory":
            roots = ["/sys/fs/cgroup/memory" + path, "/sys/fs/cgroup/memory"]
            files = [f"{root}/memory.limit_in_bytes" for root in roots]
        if found := next(filter(os.path.exists, files), None):
            return found


# Replaces the limit of the control group in a mount namespace of its own.
IN_GROUP = """
echo %d >limit && mount --bind limit %s && exec "$@"
"""


@pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0,
    reason="mounts of one's own are not allowed here",
)
@pytest.mark.skipif(not group_limit(), reason="there is no control group here that limits memory")
def test_r14_the_limit_of_a_control_group_counts(binaries, start, directory):
    command = [binaries / "gpt-proxy", "serve", "--listen", f"unix:{directory}/socket"]
    process = start(
        "gpt-proxy",
        ["unshare", "--mount", "sh", "-c", IN_GROUP % (MEMORY << 10, group_limit()), "sh", *command],
        environment("http://127.0.0.1:9/v1", MAX_BODY="4m"),
    )
    process.wait_until(lambda: f'"bodies":"{FOR_BODIES >> 10} MB"' in process.log, "does not heed its group")
