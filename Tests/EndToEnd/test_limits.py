"""Overload: requests above a limit get an error at once, in the route's format, and the process keeps serving."""

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

# Descriptors for a few dozen streams: each event loop needs three, and there is one event loop per processor.
FEW = 100 + 3 * len(os.sched_getaffinity(0))

# More streams than these descriptors allow.
TOO_MANY = 200

# A stream that lasts until its client disconnects.
ENDLESS = "[simulate stall=6]"


@contextmanager
def live_streams(client, count):
    with ExitStack() as stack:
        streams = [stack.enter_context(client.stream(ENDLESS)) for _ in range(count)]
        assert [stream.status for stream in streams] == [200] * count
        yield streams


def refusal(reply):
    """Checks the status and headers of a 503 and returns its body."""
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) > 0
    return reply.json


@pytest.mark.parametrize("streams", [False, True])
def test_a_request_above_the_concurrency_limit_gets_503_in_the_routes_format(deploy, streams):
    client = deploy(MAX_STREAMS="2").client
    with live_streams(client, 2):
        assert "Retry" in refusal(client.ask("hi", stream=streams))["detail"]
        error = refusal(client.ask("hi", path="/v1/chat/completions", stream=streams))["error"]
        assert error["type"] == "server_error"
        assert error["code"] == "overloaded"
    assert wait_until(lambda: client.ask("hi", stream=streams).status == 200)


def test_other_errors_and_healthz_need_no_permit(deploy):
    client = deploy(MAX_STREAMS="1").client
    with live_streams(client, 1):
        assert client.get("/healthz", headers={}).status == 200
        assert client.get("/nowhere").status == 404
        assert client.get("/proxy").status == 405
        assert client.post(ask("hi"), headers={"X-API-KEY": "wrong"}).status == 401


def test_a_request_above_the_concurrency_limit_is_logged(deploy):
    deployment = deploy(MAX_STREAMS="1")
    with live_streams(deployment.client, 1):
        deployment.client.ask("hi")
    assert wait_until(lambda: len(deployment.responder.access_log()) == 2)
    assert [line.get("error") for line in deployment.responder.access_log()][0] == "too_many_streams"


@pytest.mark.parametrize("streams", [False, True])
def test_a_request_above_the_limit_waits_for_the_next_permit(deploy, streams):
    client = deploy(MAX_STREAMS="1").client
    with ThreadPoolExecutor(1) as pool:
        with client.stream("[simulate pace=50 deltas=10]") as stream:
            stream.read_until(b"output_text.delta")
            waiting = pool.submit(client.ask, "hi", stream=streams)
            stream.rest()
        assert waiting.result().status == 200


def test_only_a_few_requests_wait_for_a_permit(deploy):
    deployment = deploy(MAX_STREAMS="2")
    with live_streams(deployment.client, 2), ThreadPoolExecutor(20) as pool:
        assert {reply.status for reply in pool.map(deployment.client.ask, ["hi"] * 20)} == {503}
    assert wait_until(lambda: len(deployment.responder.access_log()) == 22)
    waited = [line["duration_ms"] >= 1000 for line in deployment.responder.access_log() if line["status"] == 503]
    assert 1 <= sum(waited) <= 5


def test_a_client_that_disconnects_while_waiting_takes_no_permit(deploy):
    deployment = deploy(MAX_STREAMS="1")
    with live_streams(deployment.client, 1):
        connection = deployment.client.send("POST", "/proxy", ask("hi"))
        time.sleep(0.2)
        connection.sock.close()
        connection.close()
        assert wait_until(deployment.responder.access_log)
        assert deployment.responder.access_log()[0]["client_left"] is True
    assert wait_until(lambda: deployment.client.ask("hi").status == 200)


def test_a_failed_request_releases_its_permit(deploy):
    client = deploy(MAX_STREAMS="1").client
    for directive in ["status=500", "cut-head", "garbage"]:
        assert client.ask(f"[simulate {directive}]").status == 502
    assert client.post(b"no JSON").status == 400
    assert client.ask("hi").status == 200


# There are not enough descriptors for the connections that nginx would keep: some would be closed while nginx sends a
# request on them, and that request would be lost. So nginx opens one connection per request.
def test_a_low_descriptor_limit_allows_few_streams_and_no_request_hangs(deploy):
    client = Client(deploy(descriptors=FEW).nginx.closing_port)
    with ExitStack() as stack, ThreadPoolExecutor(TOO_MANY) as pool:
        streams = pool.map(lambda _: client.stream(ENDLESS), range(TOO_MANY))
        assert {stack.enter_context(stream).status for stream in streams} == {200, 503}
        assert client.get("/healthz", headers={}).status == 200
    assert wait_until(lambda: client.ask("hi").status == 200)


def test_max_streams_above_the_descriptor_limit_is_logged_and_not_reached(deploy):
    deployment = deploy(descriptors=FEW, MAX_STREAMS="1000")
    assert "too low for MAX_STREAMS" in deployment.responder.log
    with ExitStack() as stack:
        streams = (stack.enter_context(deployment.client.stream(ENDLESS)) for _ in range(TOO_MANY))
        assert any(stream.status == 503 for stream in streams)


@contextmanager
def descriptors_taken(responder, limit, but):
    """Uses up all descriptors of the responder except `but`, with idle connections."""
    with ExitStack() as stack:
        for _ in range(limit - but - responder.process.descriptors):
            idle = stack.enter_context(socket.socket(socket.AF_UNIX))
            idle.connect(str(responder.socket))
        assert wait_until(lambda: responder.process.descriptors == limit - but)
        yield


# With one descriptor left, the request is accepted but cannot connect to upstream; with none, it cannot be accepted normally.
@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
def test_a_request_without_a_free_descriptor_gets_503(deploy, left, path):
    deployment = deploy(descriptors=FEW)
    # Each request uses its own connection.
    responder, client = deployment.responder, Client(deployment.nginx.closing_port)
    with descriptors_taken(responder, FEW, but=left):
        for streams in [False, True]:
            refusal(client.ask("hi", path=path, stream=streams))
        assert client.get("/healthz", headers={}).status == 200
    assert wait_until(lambda: client.ask("hi", path=path).status == 200)
    errors = {line.get("error") for line in responder.access_log() if line["status"] == 503}
    assert errors == {"no_descriptor"}


def test_a_process_without_free_descriptors_does_not_spin(deploy):
    deployment = deploy(descriptors=FEW)
    process = deployment.responder.process
    with descriptors_taken(deployment.responder, FEW, but=0), socket.socket(socket.AF_UNIX) as waiting:
        # One connection holds the last descriptor with an incomplete request; the other waits to be accepted.
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

# The memory limit of a process, in kilobytes. Less than a sixteenth is for bodies; large bodies may use 7/8 of that.
MEMORY = 512 << 10
FOR_BODIES = MEMORY // 16


def for_bodies(responder):
    """The megabytes that concurrent bodies may take in total, from the process's log."""
    assert wait_until(lambda: '"bodies":' in responder.log)
    return int(re.search(r'"bodies":"(\d+) MB"', responder.log)[1])


@contextmanager
def bodies_in_hand(deployment, count, size):
    """Sends `count` requests with bodies of `size` bytes, to which upstream does not respond."""
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
def test_large_concurrent_bodies_stay_within_the_memory_budget(deploy):
    deployment = deploy(memory=MEMORY, MAX_BODY="4m")
    responder, client = deployment.responder, deployment.client
    assert client.ask("hi").status == 200
    before, count, fit = responder.process.resident_kilobytes, 40, 10
    # The budget is enough for ten and a half bodies of this size.
    size = int((for_bodies(responder) + 0.5) * (1 << 20) * 7 / 8 / (fit + 0.5))
    with bodies_in_hand(deployment, count, size):
        assert wait_until(lambda: len(responder.access_log()) == 1 + count - fit, timeout=60)
        refused = responder.access_log()[1:]
        assert {(line["status"], line["error"]) for line in refused} == {(503, "no_memory")}
        # Meanwhile small requests are served, and large ones get 503 with Retry-After.
        for stream in [False, True]:
            assert client.ask("hi", stream=stream).status == 200
        for path in ["/proxy", "/v1/chat/completions"]:
            assert "Retry" in str(refusal(client.ask("x" * size, path=path)))
    assert responder.process.peak_kilobytes - before < 4 * FOR_BODIES
    assert wait_until(lambda: client.ask("hi" + "x" * size).status == 200)


@pytest.mark.memory
def test_a_body_takes_no_memory_while_its_response_streams(deploy):
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
def test_a_response_that_exceeds_the_memory_budget_is_refused(upstream, deploy, path):
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
def test_an_event_that_exceeds_the_memory_budget_ends_the_stream_with_an_error(upstream, deploy):
    deployment = deploy(memory=MEMORY, OPENAI_BASE=upstream.base, MAX_BODY="4m")
    upstream.streams(
        ("response.created", {"type": "response.created"}),
        ("response.completed", {"type": "response.completed", "response": {"text": LARGE}}),
    )
    with deployment.client.stream("hi") as stream:
        names = [name for name, _ in events(stream.rest())]
    assert names == ["response.created", "error"]


@pytest.mark.memory
def test_the_memory_for_bodies_is_logged(deploy):
    assert FOR_BODIES >> 11 < for_bodies(deploy(memory=MEMORY, MAX_BODY="4m").responder) <= FOR_BODIES >> 10
    # The largest allowed body must fit.
    assert for_bodies(deploy(memory=2 * MEMORY, MAX_BODY="48m").responder) == 96


@pytest.mark.memory
def test_r14_a_body_above_the_memory_limit_gets_413(deploy):
    deployment = deploy(memory=MEMORY, MAX_BODY="1g")
    warning = next(line for line in deployment.responder.log.splitlines() if "MAX_BODY" in line)
    assert json.loads(warning)["limit"] == "ulimit -d" and json.loads(warning)["asked"] == str(1 << 30)
    possible = int(json.loads(warning)["possible"])
    assert possible < MEMORY << 10
    assert deployment.client.ask("x" * (possible + 1)).status == 413
    assert deployment.client.ask("hi").status == 200


@pytest.mark.memory
def test_r14_large_concurrent_bodies_do_not_end_a_process_with_limited_address_space(deploy):
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
    """The file with the memory limit of this process's control group, or None."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        files = [f"/sys/fs/cgroup{path}/memory.max", "/sys/fs/cgroup/memory.max"] if not controllers else []
        if controllers == "memory":
            roots = ["/sys/fs/cgroup/memory" + path, "/sys/fs/cgroup/memory"]
            files = [f"{root}/memory.limit_in_bytes" for root in roots]
        if found := next(filter(os.path.exists, files), None):
            return found


# Replaces the limit of the control group in a new mount namespace.
IN_GROUP = """
echo %d >limit && mount --bind limit %s && exec "$@"
"""


@pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0,
    reason="mount namespaces are not allowed here",
)
@pytest.mark.skipif(not group_limit(), reason="no control group limits memory here")
def test_r14_the_memory_limit_of_a_control_group_is_respected(binaries, start, directory):
    command = [binaries / "gpt-proxy", "serve", "--listen", f"unix:{directory}/socket"]
    process = start(
        "gpt-proxy",
        ["unshare", "--mount", "sh", "-c", IN_GROUP % (MEMORY << 10, group_limit()), "sh", *command],
        environment("http://127.0.0.1:9/v1", MAX_BODY="4m"),
    )
    process.wait_until(lambda: f'"bodies":"{FOR_BODIES >> 10} MB"' in process.log, "ignores its control group")
