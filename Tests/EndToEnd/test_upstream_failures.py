"""The responses that clients get if upstream rejects a request, breaks off or stays silent."""

import json
import socket
import threading

import pytest

from client import Client, ask, events
from processes import wait_until
from stack import Deployment, environment, free_port
from upstream import Upstream


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_status_is_wrapped_in_a_502(proxy, status, stream):
    reply = proxy.ask(f"[simulate status={status}]", stream=stream)
    assert reply.status == 502
    assert reply.json["detail"]["openai_status"] == status
    assert reply.json["detail"]["body"]["error"]["message"]


def test_retry_after_is_forwarded(proxy):
    reply = proxy.ask("[simulate status=429 retry-after=90]")
    assert reply.json["detail"]["openai_status"] == 429
    assert reply.headers["Retry-After"] == "90"


def test_html_instead_of_an_error_is_raw_text(proxy):
    reply = proxy.ask("[simulate html status=500]")
    assert reply.status == 502
    assert reply.json["detail"]["openai_status"] == 500
    assert "<html>" in reply.json["detail"]["body"]["raw_text"]


@pytest.mark.parametrize("stream", [False, True])
def test_html_instead_of_a_response_is_raw_text(proxy, stream):
    reply = proxy.ask("[simulate html]", stream=stream)
    assert reply.status == 200
    assert "<html>" in reply.json["raw_text"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_that_does_not_respond_is_a_504(deploy, stream):
    reply = deploy(UPSTREAM_TIMEOUT="1s").client.ask("[simulate hang]", stream=stream)
    assert reply.status == 504
    assert reply.json["detail"]


def test_silence_within_a_stream_is_an_error_event(deploy):
    with deploy(IDLE_TIMEOUT="1s", HEARTBEAT="10s").client.stream("[simulate stall=3]") as stream:
        received = events(stream.rest())
    assert len(received) == 4
    assert received[-1][0] == "error"
    assert json.loads(received[-1][1])["code"] == "upstream_idle_timeout"


def test_an_active_stream_may_outlast_upstream_timeout(deploy):
    client = deploy(UPSTREAM_TIMEOUT="1s").client
    with client.stream("[simulate pace=200 deltas=8]") as stream:
        received = events(stream.rest())
    assert received[-1][0] == "response.completed"


def test_a_refused_connection_is_a_502(deploy):
    reply = deploy(OPENAI_BASE=f"http://127.0.0.1:{free_port()}/v1").client.ask("hi")
    assert reply.status == 502
    assert reply.json["detail"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("failure", ["cut-head", "garbage"])
def test_a_missing_response_head_is_a_502(proxy, failure, stream):
    reply = proxy.ask(f"[simulate {failure}]", stream=stream)
    assert reply.status == 502
    assert reply.json["detail"]


def test_a_whole_response_that_breaks_off_is_a_502(proxy):
    assert proxy.ask("[simulate cut=1 size=5000]").status == 502


def test_a_stream_that_breaks_off_ends_with_one_error(proxy):
    with proxy.stream("[simulate cut=3 pace=20]") as stream:
        received = events(stream.rest())
    assert [name for name, _ in received].count("error") == 1
    assert len(received) == 4
    error = json.loads(received[-1][1])
    assert (received[-1][0], error["type"]) == ("error", "error")
    assert error["message"]


def test_a_stream_without_its_last_event_ends_with_an_error(proxy):
    with proxy.stream("[simulate no-terminal]") as stream:
        names = [name for name, _ in events(stream.rest())]
    assert "response.completed" not in names
    assert names.count("error") == 1
    assert names[-1] == "error"


def test_upstreams_own_errors_are_forwarded_and_none_is_added(proxy):
    with proxy.stream("[simulate error-event]") as stream:
        names = [name for name, _ in events(stream.rest())]
    assert names[-2:] == ["error", "response.failed"]
    assert names.count("error") == 1


def test_an_incomplete_event_is_not_forwarded(deploy, half_event_upstream):
    with deploy(OPENAI_BASE=half_event_upstream).client.stream("hi") as stream:
        received = events(stream.rest())
    assert [name for name, _ in received] == ["response.created", "error"]


@pytest.fixture
def half_event_upstream():
    """An upstream that closes the connection within its second event."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                b'event: response.created\ndata: {"type":"response.created"}\n\n'
                b'event: response.output_text.delta\ndata: {"type":"resp'
            )

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    thread.join(10)
    listener.close()


@pytest.fixture(scope="module")
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


@pytest.fixture(scope="module")
def deployment(binaries, upstream):
    deployment = Deployment(binaries, environment(upstream.base))
    deployment.client = Client(deployment.nginx.port)
    yield deployment
    deployment.stop()


BODIES = {
    "/proxy": ask("hi", stream=True),
    "/chat/proxy": ask("hi", stream=True),
    "/v1/chat/completions": ask("hi", stream=True),
    "/chat/v1/chat/completions": ask("hi", stream=True),
    "/v1/completions": {"prompt": "hi", "stream": True},
    "/chat/v1/completions": {"prompt": "hi", "stream": True},
    "/v1/responses": {"input": "hi", "stream": True},
}


# A stream that the client requested is not discarded because of a wrong Content-Type.
@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/octet-stream"])
@pytest.mark.parametrize("path", BODIES)
def test_a_stream_with_a_wrong_content_type_is_a_stream(deployment, upstream, path, kind):
    upstream.streams(("response.created", {"type": "response.created"}), ("response.completed", COMPLETED))
    if path.startswith("/chat"):
        upstream.body = b'data: {"choices":[]}\n\ndata: [DONE]\n\n'
    upstream.headers = {"Content-Type": kind}
    reply = deployment.client.post(BODIES[path], path=path)
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    is_passed = path.startswith("/chat") or path in ["/proxy", "/v1/responses"]
    assert reply.body == upstream.body if is_passed else events(reply.body)[-1][1] == "[DONE]"


COMPLETED = {"type": "response.completed", "response": {"status": "completed", "output": []}}


@pytest.mark.parametrize("path", [path for path in BODIES if "/v1/" in path])
@pytest.mark.parametrize("stream", [False, True])
def test_html_instead_of_a_response_is_a_502_on_v1(deployment, upstream, path, stream):
    upstream.says(b"<html>It works!</html>", **{"Content-Type": "text/html"})
    reply = deployment.client.post({**BODIES[path], "stream": stream}, path=path)
    assert reply.status == 502
    assert reply.json["error"]["code"] == "upstream_garbled"
    assert wait_until(lambda: deployment.responder.access_log()[-1].get("error") == "upstream_garbled")
