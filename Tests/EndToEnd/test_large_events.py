"""Events of several megabytes: errors are searched for keys, or not forwarded if they are too large for that."""

import json

import pytest

from client import ask, events

IMAGE = "iVBORw0KGgo" * 500_000


def streaming(name, data):
    """An act that streams one event and completes the response."""

    def act(exchange):
        body = f"event: {name}\ndata: {json.dumps(data)}\n\n"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
        exchange.send((head + body).encode())

    return act


def response(status, **fields):
    item = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": IMAGE}
    return {"id": "resp_1", "object": "response", "status": status, "model": "m", "output": [item], **fields}


@pytest.mark.parametrize("path", ["/proxy", "/v1/responses"])
def test_s12_an_image_is_forwarded_and_its_usage_is_logged(deploy, relay, path):
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    event = {"type": "response.completed", "response": response("completed", usage=usage)}
    relay.acts["/v1/responses"] = streaming("response.completed", event)
    deployment = deploy(OPENAI_BASE=relay.base)
    body = {"model": "m", "input": "hi", "stream": True} if path == "/v1/responses" else ask("hi", stream=True)
    ((name, data),) = events(deployment.client.post(body, path=path).body)
    assert name == "response.completed" and json.loads(data) == event
    (line,) = deployment.responder.access_log()
    assert (line["input_tokens"], line["output_tokens"]) == (3, 4)


@pytest.mark.parametrize("path", ["/proxy", "/v1/responses"])
def test_s12_a_failure_event_too_large_to_be_searched_is_not_forwarded(deploy, relay, path):
    error = {"code": "server_error", "message": "the key sk-AbCd1234 is wrong"}
    event = {"type": "response.failed", "response": response("failed", error=error)}
    relay.acts["/v1/responses"] = streaming("response.failed", event)
    deployment = deploy(OPENAI_BASE=relay.base)
    body = {"model": "m", "input": "hi", "stream": True} if path == "/v1/responses" else ask("hi", stream=True)
    reply = deployment.client.post(body, path=path)
    assert len(reply.body) < 10_000 and b"sk-AbCd1234" not in reply.body
    if reply.status == 200:
        assert events(reply.body)[-1][0] == "error"
    (line,) = deployment.responder.access_log()
    assert "error" in line


def test_s12_a_whole_failure_too_large_to_be_searched_is_not_forwarded(deploy, relay):
    body = json.dumps(response("failed", error={"code": "server_error", "message": "sk-AbCd1234"}))

    def act(exchange):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        exchange.send((head + body).encode())

    relay.acts["/v1/responses"] = act
    for path, request in [("/proxy", ask("hi")), ("/v1/responses", {"model": "m", "input": "hi"})]:
        reply = deploy(OPENAI_BASE=relay.base).client.post(request, path=path)
        assert reply.status == 502
        assert b"It is not passed on" in reply.body and b"sk-AbCd1234" not in reply.body
