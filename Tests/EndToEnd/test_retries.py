"""Failures that pass: upstream is asked again, as long as nothing of a reply has gone to the client."""

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
    """The idempotency keys of what the simulator was asked."""
    return [dict(request["headers"]).get("Idempotency-Key") for request in simulator.requests]


def only_line(deployment):
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    return line


def respond(status, *fields, body=b'{"error":{"message":"no","type":"server_error"}}'):
    """An act that answers so."""
    head = "".join(field + "\r\n" for field in [f"HTTP/1.1 {status} x", *fields, f"Content-Length: {len(body)}"])

    def act(exchange):
        assert exchange.body
        exchange.send(head.encode() + b"\r\n" + body)

    return act


# --- What is tried again ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("words", [*[f"status={status}" for status in RETRIED], "cut-head"])
def test_what_passes_is_not_seen_by_the_client(kept_proxy, simulator, words, stream, path):
    reply = kept_proxy.ask(f"[simulate {words} times=1] hi", path=path, stream=stream)
    assert reply.status == 200
    assert b"hi" in reply.body
    assert b"rror" not in reply.body.replace(b'"error":null', b"")
    first, second = keys(simulator)
    assert first == second != None


@pytest.mark.parametrize("path", ROUTES)
def test_it_is_tried_three_times_in_all(deploy, simulator, path):
    deployment = deploy()
    text = "[simulate status=503]"
    body = ask(text) if path != "/v1/responses" else {"model": "gpt-5", "input": text}
    reply = deployment.client.post(body, path=path)
    assert reply.status == (502 if path == "/proxy" else 503)
    assert len(simulator.requests) == 3
    line = only_line(deployment)
    assert (line["retries"], line["upstream_requests"], line["upstream_status"]) == (2, 3, 503)


def test_a_client_library_is_told_not_to_try_on_top(kept_proxy):
    assert kept_proxy.ask("[simulate status=503]", path="/v1/chat/completions").headers["x-should-retry"] == "false"
    assert kept_proxy.ask("[simulate cut-head]").headers["x-should-retry"] == "false"
    assert kept_proxy.ask("[simulate status=429]", path="/v1/chat/completions").headers["x-should-retry"] is None
    assert kept_proxy.ask("[simulate status=400]").headers["x-should-retry"] is None


@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 501])
def test_what_the_request_or_the_key_is_the_cause_of_is_not_tried_again(kept_proxy, simulator, status, path):
    assert kept_proxy.ask(f"[simulate status={status}]", path=path).status >= 400
    assert len(simulator.requests) == 1


def test_a_reply_that_was_begun_is_not_paid_for_twice(kept_proxy, simulator):
    assert kept_proxy.ask("[simulate cut=1 size=5000]").status == 502
    with kept_proxy.stream("[simulate cut=6]", path="/v1/chat/completions") as stream:
        stream.rest()
    assert len(simulator.requests) == 2


def test_none_is_tried_again_where_the_operator_wants_none(deploy, simulator):
    reply = deploy(RETRIES="0").client.ask("[simulate status=503]")
    assert reply.status == 502
    assert reply.headers["x-should-retry"] is None
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("method, path, body", [("GET", "/v1/models", None), ("POST", "/v1/embeddings", {"input": "x"})])
def test_what_is_handed_through_is_tried_again_too(deploy, relay, method, path, body):
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


def test_upstream_knows_best_whether_it_is_worth_it(deploy, relay):
    relay.acts["never"] = respond(503, "x-should-retry: false")
    relay.acts["always"] = respond(400, "x-should-retry: true")
    relay.acts["poor"] = respond(429, body=b'{"error":{"message":"no","code":"insufficient_quota"}}')
    client = deploy(OPENAI_BASE=relay.base).client
    for act, tries in [("never", 1), ("always", 3), ("poor", 1)]:
        key = key_for(act)
        reply = ask_with_key(client, key)
        assert relay.accepted[key] == tries, act
        assert reply.headers["x-should-retry"] == (None if act == "poor" else "false")


# --- How long is waited -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("advice", ["retry-after: 1", "retry-after-ms: 1000"])
def test_upstream_is_left_alone_as_long_as_it_asks(deploy, relay, advice):
    times = []
    refuse = respond(429, advice)
    relay.acts["busy"] = lambda exchange: (times.append(time.monotonic()), refuse(exchange))
    client = deploy(OPENAI_BASE=relay.base).client
    key = key_for("busy", times=2)
    assert ask_with_key(client, key).status == 200
    assert relay.accepted[key] == 3
    assert times[1] - times[0] >= 1


def test_a_wait_that_is_too_long_is_the_clients_to_decide_on(deploy, simulator):
    """Longer than anyone waits, or than upstream may take at all."""
    for settings, seconds in [({}, 61), ({"UPSTREAM_TIMEOUT": "3s"}, 5)]:
        simulator.forget()
        reply = deploy(**settings).client.ask(
            f"[simulate status=429 retry-after={seconds}]", path="/v1/chat/completions"
        )
        assert (reply.status, reply.headers["retry-after"]) == (429, str(seconds))
        assert len(simulator.requests) == 1


def test_all_tries_together_have_the_time_of_one(deploy, simulator):
    reply = deploy(UPSTREAM_TIMEOUT="2s", RETRIES="10").client.ask("[simulate delay=800 status=500]")
    assert reply.status in (502, 504)
    assert 2 <= len(simulator.requests) <= 3


# --- Streams ----------------------------------------------------------------------------------------------------------


def stream_of(*events):
    """An act that answers with these events, each as a name and data."""
    body = b"".join(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode() for name, data in events)
    return respond(200, "Content-Type: text/event-stream", body=body)


def failed(code):
    return ("response.failed", {"type": "response.failed", "response": {"error": {"code": code, "message": "no"}}})


CREATED = ("response.created", {"type": "response.created", "response": {"id": "resp_1"}})


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("code", ["server_error", "rate_limit_exceeded", "server_is_overloaded"])
def test_a_stream_that_begins_with_an_error_is_begun_again(deploy, relay, path, code):
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


def test_an_error_before_any_text_is_no_beginning(deploy, relay):
    relay.acts["fails"] = stream_of(CREATED, failed("server_error"))
    client = deploy(OPENAI_BASE=relay.base).client
    key = key_for("fails", times=2)
    assert ask_with_key(client, key, path="/v1/chat/completions", stream=True).status == 200
    assert relay.accepted[key] == 3


def test_a_stream_that_keeps_failing_fails_with_upstreams_words(deploy, relay):
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
def test_a_stream_that_fails_for_good_is_not_begun_again(deploy, relay, code):
    relay.acts["fails"] = stream_of(failed(code))
    key = key_for("fails")
    reply = ask_with_key(deploy(OPENAI_BASE=relay.base).client, key, path="/v1/chat/completions", stream=True)
    assert reply.json["error"]["code"] == code
    assert relay.accepted[key] == 1


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_the_clients_own_key_goes_upstream(kept_proxy, simulator):
    ask_with_key(kept_proxy, "order-66", "[simulate status=500 times=1] hi")
    assert keys(simulator) == ["order-66", "order-66"]


def test_each_request_has_a_key_of_its_own(kept_proxy, simulator):
    for _ in range(2):
        kept_proxy.ask("hi")
    kept_proxy.ask("hi", path="/v1/chat/completions", n=2)
    assert len(set(keys(simulator))) == 4


def test_a_key_that_is_none_is_replaced(kept_proxy, simulator):
    ask_with_key(kept_proxy, "x" * 300)
    (key,) = keys(simulator)
    assert key.startswith("gpt-proxy-")


def test_a_request_that_was_corrected_is_another_request(deploy, simulator):
    deploy().client.ask("[simulate refuse=service_tier] hi", path="/v1/chat/completions", service_tier="flex")
    first, second = keys(simulator)
    assert first != second


# --- Ends -------------------------------------------------------------------------------------------------------------

# Long enough that whoever waits for it is still waiting when a test looks.
LATER = "[simulate status=503 retry-after=30]"


def test_a_client_that_leaves_is_not_tried_for_any_more(deploy, simulator):
    deployment = deploy()
    connection = deployment.client.send("POST", "/proxy", ask(LATER))
    assert wait_until(lambda: simulator.requests)
    connection.close()
    assert only_line(deployment)["client_left"] is True
    assert "retries" not in only_line(deployment)
    assert len(simulator.requests) == 1


def test_an_order_to_stop_ends_the_wait_with_the_grace(deploy, simulator):
    deployment = deploy(SHUTDOWN_GRACE="500ms")
    connection = deployment.client.send("POST", "/proxy", ask(LATER))
    assert wait_until(lambda: simulator.requests)
    deployment.responder.process.signal(signal.SIGTERM)
    reply = connection.getresponse()
    assert (reply.status, reply.headers["x-should-retry"]) == (503, None)
    assert reply.headers["Retry-After"]
    connection.close()
    assert deployment.responder.process.wait() == 0


def test_many_requests_to_a_sick_upstream_do_not_become_many_more(deploy, relay):
    """The process as a whole tries again only so often, whatever each request by itself would be allowed."""
    relay.acts["sick"] = respond(500, "retry-after-ms: 1")
    deployment = deploy(OPENAI_BASE=relay.base, RETRIES="10")
    replies = [ask_with_key(deployment.client, key_for("sick")) for _ in range(40)]
    assert wait_until(lambda: len(deployment.responder.access_log()) == 40)
    retries = [line.get("retries", 0) for line in deployment.responder.access_log()]
    assert retries[0] == 10
    assert min(retries) < 10
    assert {reply.headers["x-should-retry"] for reply in replies} == {"false"}


def test_nobody_listening_is_tried_again(deploy):
    deployment = deploy(OPENAI_BASE=f"http://127.0.0.1:{free_port()}/v1")
    reply = deployment.client.ask("hi")
    assert (reply.status, reply.headers["x-should-retry"]) == (502, "false")
    assert only_line(deployment)["retries"] == 2
