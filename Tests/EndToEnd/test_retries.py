"""Transient failures: a request is retried as long as nothing of a response has been sent to the client."""

import json
import signal
import time

import pytest

from client import ask, events
from processes import wait_until
from relay import key_for
from stack import PROXY_KEY, free_port

ROUTES = ["/proxy", "/v1/chat/completions", "/v1/responses"]
RETRIED = [408, 409, 429, 500, 502, 503, 504]


def ask_with_key(client, key, text="hi", path="/proxy", **fields):
    body = ask(text, **fields) if path != "/v1/responses" else {"model": "gpt-5", "input": text, **fields}
    return client.post(body, {"X-API-KEY": PROXY_KEY, "Idempotency-Key": key}, path)


def keys(simulator):
    """The idempotency keys of the simulator's requests."""
    return [dict(request["headers"]).get("Idempotency-Key") for request in simulator.requests]


def only_line(deployment):
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    return line


def respond(status, *fields, body=b'{"error":{"message":"no","type":"server_error"}}'):
    """An act that sends this response."""
    head = "".join(field + "\r\n" for field in [f"HTTP/1.1 {status} x", *fields, f"Content-Length: {len(body)}"])

    def act(exchange):
        assert exchange.body
        exchange.send(head.encode() + b"\r\n" + body)

    return act


# --- Which failures are retried ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("words", [*[f"status={status}" for status in RETRIED], "cut-head"])
def test_a_transient_failure_is_not_seen_by_the_client(kept_proxy, simulator, words, stream, path):
    reply = kept_proxy.ask(f"[simulate {words} times=1] hi", path=path, stream=stream)
    assert reply.status == 200
    assert b"hi" in reply.body
    assert b"rror" not in reply.body.replace(b'"error":null', b"")
    first, second = keys(simulator)
    assert first == second != None


@pytest.mark.parametrize("path", ROUTES)
def test_a_request_is_sent_three_times_in_total(deploy, simulator, path):
    deployment = deploy()
    text = "[simulate status=503]"
    body = ask(text) if path != "/v1/responses" else {"model": "gpt-5", "input": text}
    reply = deployment.client.post(body, path=path)
    assert reply.status == (502 if path == "/proxy" else 503)
    assert len(simulator.requests) == 3
    line = only_line(deployment)
    assert (line["retries"], line["upstream_requests"], line["upstream_status"]) == (2, 3, 503)


def test_x_should_retry_false_keeps_client_libraries_from_retrying(kept_proxy):
    assert kept_proxy.ask("[simulate status=503]", path="/v1/chat/completions").headers["x-should-retry"] == "false"
    assert kept_proxy.ask("[simulate cut-head]").headers["x-should-retry"] == "false"
    assert kept_proxy.ask("[simulate status=429]", path="/v1/chat/completions").headers["x-should-retry"] is None
    assert kept_proxy.ask("[simulate status=400]").headers["x-should-retry"] is None


@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 501])
def test_errors_caused_by_the_request_or_the_key_are_not_retried(kept_proxy, simulator, status, path):
    assert kept_proxy.ask(f"[simulate status={status}]", path=path).status >= 400
    assert len(simulator.requests) == 1


def test_a_response_that_has_begun_is_not_requested_again(kept_proxy, simulator):
    assert kept_proxy.ask("[simulate cut=1 size=5000]").status == 502
    with kept_proxy.stream("[simulate cut=6]", path="/v1/chat/completions") as stream:
        stream.rest()
    assert len(simulator.requests) == 2


def test_retries_0_disables_retries(deploy, simulator):
    reply = deploy(RETRIES="0").client.ask("[simulate status=503]")
    assert reply.status == 502
    assert reply.headers["x-should-retry"] is None
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("method, path, body", [("GET", "/v1/models", None), ("POST", "/v1/embeddings", {"input": "x"})])
def test_forwarded_requests_are_retried_too(deploy, relay, method, path, body):
    tries = []

    def fail_once(exchange):
        tries.append(exchange.request.fields.get("idempotency-key"))
        if len(tries) == 1:
            exchange.connection.close()
        else:
            exchange.send(exchange.reply.wire)

    relay.acts[path] = fail_once
    assert deploy(OPENAI_BASE=relay.base).client.request(method, path, body).status == 200
    assert len(tries) == 2
    assert len(set(tries)) == 1
    assert (tries[0] is None) == (method == "GET")


def test_upstreams_x_should_retry_and_error_code_decide(deploy, relay):
    relay.acts["never"] = respond(503, "x-should-retry: false")
    relay.acts["always"] = respond(400, "x-should-retry: true")
    relay.acts["poor"] = respond(429, body=b'{"error":{"message":"no","code":"insufficient_quota"}}')
    client = deploy(OPENAI_BASE=relay.base).client
    for act, tries in [("never", 1), ("always", 3), ("poor", 1)]:
        key = key_for(act)
        reply = ask_with_key(client, key)
        assert relay.accepted[key] == tries, act
        assert reply.headers["x-should-retry"] == (None if act == "poor" else "false")


# --- Delays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("advice", ["retry-after: 1", "retry-after-ms: 1000"])
def test_a_retry_waits_as_long_as_upstream_asks(deploy, relay, advice):
    times = []
    refuse = respond(429, advice)
    relay.acts["busy"] = lambda exchange: (times.append(time.monotonic()), refuse(exchange))
    client = deploy(OPENAI_BASE=relay.base).client
    key = key_for("busy", times=2)
    assert ask_with_key(client, key).status == 200
    assert relay.accepted[key] == 3
    assert times[1] - times[0] >= 1


def test_a_long_retry_after_is_returned_to_the_client(deploy, simulator):
    """A delay above a minute, or above UPSTREAM_TIMEOUT."""
    for settings, seconds in [({}, 61), ({"UPSTREAM_TIMEOUT": "3s"}, 5)]:
        simulator.forget()
        reply = deploy(**settings).client.ask(
            f"[simulate status=429 retry-after={seconds}]", path="/v1/chat/completions"
        )
        assert (reply.status, reply.headers["retry-after"]) == (429, str(seconds))
        assert len(simulator.requests) == 1


def test_all_attempts_share_upstream_timeout(deploy, simulator):
    reply = deploy(UPSTREAM_TIMEOUT="2s", RETRIES="10").client.ask("[simulate delay=800 status=500]")
    assert reply.status in (502, 504)
    assert 2 <= len(simulator.requests) <= 3


# --- Streams ----------------------------------------------------------------------------------------------------------


def stream_of(*events):
    """An act that sends a stream of these events, each a pair of name and data."""
    body = b"".join(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode() for name, data in events)
    return respond(200, "Content-Type: text/event-stream", body=body)


def failed(code):
    return ("response.failed", {"type": "response.failed", "response": {"error": {"code": code, "message": "no"}}})


CREATED = ("response.created", {"type": "response.created", "response": {"id": "resp_1"}})


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("code", ["server_error", "rate_limit_exceeded", "server_is_overloaded"])
def test_a_stream_that_begins_with_an_error_is_retried(deploy, relay, path, code):
    relay.acts["fails"] = stream_of(failed(code))
    deployment = deploy(OPENAI_BASE=relay.base)
    key = key_for("fails", times=1)
    reply = ask_with_key(deployment.client, key, path=path, stream=True)
    assert reply.status == 200
    received = [data for _, data in events(reply.body)]
    assert "hi" in reply.body.decode()
    assert not any('"failed"' in data for data in received)
    assert relay.accepted[key] == 2
    assert only_line(deployment)["retries"] == 1


def test_a_stream_that_fails_before_any_text_is_retried(deploy, relay):
    relay.acts["fails"] = stream_of(CREATED, failed("server_error"))
    client = deploy(OPENAI_BASE=relay.base).client
    key = key_for("fails", times=2)
    assert ask_with_key(client, key, path="/v1/chat/completions", stream=True).status == 200
    assert relay.accepted[key] == 3


def test_a_stream_that_keeps_failing_ends_with_upstreams_error(deploy, relay):
    relay.acts["fails"] = stream_of(failed("server_error"))
    client = deploy(OPENAI_BASE=relay.base).client
    key = key_for("fails")
    reply = ask_with_key(client, key, path="/v1/chat/completions", stream=True)
    assert (reply.status, reply.json["error"]["code"]) == (500, "server_error")
    assert reply.headers["x-should-retry"] == "false"
    passed = ask_with_key(client, key_for("fails"), stream=True)
    assert events(passed.body) == [(name, json.dumps(data)) for name, data in [failed("server_error")]]
    assert relay.accepted[key] == 3


@pytest.mark.parametrize("code", ["invalid_prompt", "insufficient_quota", "context_length_exceeded"])
def test_a_stream_with_a_permanent_error_is_not_retried(deploy, relay, code):
    relay.acts["fails"] = stream_of(failed(code))
    key = key_for("fails")
    reply = ask_with_key(deploy(OPENAI_BASE=relay.base).client, key, path="/v1/chat/completions", stream=True)
    assert reply.json["error"]["code"] == code
    assert relay.accepted[key] == 1


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_the_clients_own_idempotency_key_is_sent_upstream(kept_proxy, simulator):
    ask_with_key(kept_proxy, "order-66", "[simulate status=500 times=1] hi")
    assert keys(simulator) == ["order-66", "order-66"]


def test_each_request_has_its_own_idempotency_key(kept_proxy, simulator):
    for _ in range(2):
        kept_proxy.ask("hi")
    kept_proxy.ask("hi", path="/v1/chat/completions", n=2)
    assert len(set(keys(simulator))) == 4


def test_an_invalid_idempotency_key_is_replaced(kept_proxy, simulator):
    ask_with_key(kept_proxy, "x" * 300)
    (key,) = keys(simulator)
    assert key.startswith("gpt-proxy-")


def test_a_corrected_request_has_a_new_idempotency_key(deploy, simulator):
    deploy().client.ask("[simulate refuse=service_tier] hi", path="/v1/chat/completions", service_tier="flex")
    first, second = keys(simulator)
    assert first != second


# --- Ends -------------------------------------------------------------------------------------------------------------

# The retry delay is long enough for the request to be still waiting when a test checks it.
LATER = "[simulate status=503 retry-after=30]"


def test_no_retry_is_made_after_the_client_has_disconnected(deploy, simulator):
    deployment = deploy()
    connection = deployment.client.send("POST", "/proxy", ask(LATER))
    assert wait_until(lambda: simulator.requests)
    connection.close()
    assert only_line(deployment)["client_left"] is True
    assert "retries" not in only_line(deployment)
    assert len(simulator.requests) == 1


def test_sigterm_ends_the_wait_for_a_retry_after_the_grace(deploy, simulator):
    deployment = deploy(SHUTDOWN_GRACE="500ms")
    connection = deployment.client.send("POST", "/proxy", ask(LATER))
    assert wait_until(lambda: simulator.requests)
    deployment.responder.process.signal(signal.SIGTERM)
    reply = connection.getresponse()
    assert (reply.status, reply.headers["x-should-retry"]) == (503, None)
    assert reply.headers["Retry-After"]
    connection.close()
    assert deployment.responder.process.wait() == 0


def test_retries_stay_a_small_share_of_the_requests_to_a_failing_upstream(deploy, relay):
    """The retry budget limits the retries of the whole process, even if each request could make more."""
    relay.acts["sick"] = respond(500, "retry-after-ms: 1")
    deployment = deploy(OPENAI_BASE=relay.base, RETRIES="10")
    replies = [ask_with_key(deployment.client, key_for("sick")) for _ in range(40)]
    assert wait_until(lambda: len(deployment.responder.access_log()) == 40)
    retries = [line.get("retries", 0) for line in deployment.responder.access_log()]
    assert retries[0] == 10
    assert min(retries) < 10
    assert {reply.headers["x-should-retry"] for reply in replies} == {"false"}


def test_a_refused_connection_is_retried(deploy):
    deployment = deploy(OPENAI_BASE=f"http://127.0.0.1:{free_port()}/v1")
    reply = deployment.client.ask("hi")
    assert (reply.status, reply.headers["x-should-retry"]) == (502, "false")
    assert only_line(deployment)["retries"] == 2
