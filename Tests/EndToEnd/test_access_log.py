"""One line per request, with the data that an operator needs and no client content."""

import re

import openai
import pytest

from client import ask, library
from processes import wait_until
from stack import PROXY_KEY

SECRET_TEXT = "canary-content-91d2"


def test_a_whole_response(deploy, simulator):
    deployment = deploy()
    reply = deployment.client.post(
        {"model": "gpt-4o", "prompt": "hi", "presence_penalty": 1},
        headers={"X-API-KEY": PROXY_KEY, "X-Request-Id": "from-the-client"},
    )
    line = only_line(deployment)
    assert line["request_id"] == "from-the-client"
    assert line["caller"] == "default"
    assert (line["method"], line["route"], line["status"]) == ("POST", "/proxy", 200)
    assert (line["model"], line["model_sent"]) == ("gpt-4o", "gpt-5")
    assert line["stream"] is False
    assert line["upstream_status"] == 200
    assert line["upstream_request_id"] == reply.headers["x-request-id"]
    assert line["dropped"] == "presence_penalty"
    usage = reply.json["usage"]
    assert (line["input_tokens"], line["output_tokens"]) == (usage["input_tokens"], usage["output_tokens"])
    assert 0 <= line["first_byte_ms"] <= line["duration_ms"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["time"])


def test_a_stream(deploy):
    deployment = deploy()
    with deployment.client.stream("[simulate pace=20 deltas=20]") as stream:
        stream.rest()
    line = only_line(deployment)
    assert line["stream"] is True
    assert line["output_tokens"] > 0
    assert line["duration_ms"] > line["first_byte_ms"]
    assert "error" not in line


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions", "/v1/embeddings", "/v1/models"])
def test_a_request_has_the_same_id_in_every_log(deploy, simulator, path):
    deployment = deploy()
    headers = {"X-API-KEY": PROXY_KEY, "X-Request-Id": "of-the-web-server"}
    method = "GET" if path == "/v1/models" else "POST"
    reply = deployment.client.request(method, path, ask("hi", input="hi") if method == "POST" else None, headers)
    line = only_line(deployment)
    assert line["request_id"] == "of-the-web-server"
    assert "client_request_id" not in line and "trace_id" not in line
    assert header(simulator.request, "X-Client-Request-Id") == "of-the-web-server"
    assert reply.headers["x-gpt-proxy-request-id"] == "of-the-web-server"
    # OpenAI's support identifies the request by upstream's ID.
    assert reply.headers["x-request-id"] == line["upstream_request_id"]


def test_a_request_without_an_id_gets_one(deploy, simulator):
    deployment = deploy()
    reply = deployment.client.ask("hi")
    name = reply.headers["x-gpt-proxy-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert only_line(deployment)["request_id"] == header(simulator.request, "X-Client-Request-Id") == name


def test_a_clients_x_client_request_id_is_sent_upstream(deploy, simulator):
    deployment = deploy()
    headers = {"X-API-KEY": PROXY_KEY, "X-Client-Request-Id": "of/the client".replace(" ", "+"), "X-Request-Id": "a"}
    deployment.client.post(ask("hi", n=2), headers, "/v1/chat/completions")
    line = only_line(deployment)
    assert (line["request_id"], line["client_request_id"]) == ("a", "of/the+client")
    sent = [header(request, "X-Client-Request-Id") for request in simulator.requests]
    assert sent == ["of/the+client"] * 2


@pytest.mark.parametrize("given", ["x" * 513, "a b", "\u00e4", "a\tb"])
def test_a_client_request_id_that_openai_would_reject_is_not_sent(deploy, simulator, given):
    deployment = deploy()
    headers = {"X-API-KEY": PROXY_KEY, "X-Client-Request-Id": given.encode()}
    assert deployment.client.post(ask("hi"), headers).status == 200
    assert header(simulator.request, "X-Client-Request-Id") == only_line(deployment)["request_id"]


@pytest.mark.parametrize("state", [None, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"])
@pytest.mark.parametrize("streams", [False, True])
def test_a_valid_trace_is_forwarded_unchanged(deploy, simulator, streams, state):
    deployment = deploy()
    headers = {"X-API-KEY": PROXY_KEY, "traceparent": PARENT} | ({"tracestate": state} if state else {})
    deployment.client.post(ask("hi", stream=streams), headers, "/v1/chat/completions")
    assert only_line(deployment)["trace_id"] == TRACE
    assert header(simulator.request, "traceparent") == PARENT
    assert header(simulator.request, "tracestate") == state


@pytest.mark.parametrize(
    "parent",
    [
        "",
        TRACE,
        PARENT.upper(),
        PARENT + "-00",
        PARENT[:-1],
        PARENT.replace("00-", "ff-", 1),
        PARENT.replace("00-", "01-", 1),
        PARENT.replace(TRACE, "0" * 32),
        PARENT.replace("00f067aa0ba902b7", "0" * 16),
        PARENT.replace("-", "_"),
        PARENT.replace("4", "g", 1),
    ],
)
def test_an_invalid_traceparent_is_not_forwarded(deploy, simulator, parent):
    deployment = deploy()
    headers = {"X-API-KEY": PROXY_KEY, "traceparent": parent, "tracestate": "a=1"}
    assert deployment.client.post(ask("hi"), headers).status == 200
    assert "trace_id" not in only_line(deployment)
    assert header(simulator.request, "traceparent") is None
    assert header(simulator.request, "tracestate") is None


def test_duplicate_traceparents_are_not_forwarded(deploy, simulator):
    deployment = deploy()
    headers = [("X-API-KEY", PROXY_KEY), ("traceparent", PARENT), ("traceparent", PARENT)]
    assert deployment.client.post(ask("hi"), headers).status == 200
    assert header(simulator.request, "traceparent") is None


@pytest.mark.parametrize("state", ["a=" + "x" * 511, "a=\u00e4"])
def test_a_long_or_invalid_tracestate_is_not_forwarded(deploy, simulator, state):
    deployment = deploy()
    headers = {"X-API-KEY": PROXY_KEY, "traceparent": PARENT, "tracestate": state.encode()}
    assert deployment.client.post(ask("hi"), headers).status == 200
    assert header(simulator.request, "traceparent") == PARENT
    assert header(simulator.request, "tracestate") is None


def test_the_id_in_a_client_librarys_error_is_the_id_in_the_log(deploy):
    deployment = deploy(OPENAI_BASE="http://127.0.0.1:9/v1", RETRIES="0")
    with library(deployment.nginx.port) as client, pytest.raises(openai.APIStatusError) as unreachable:
        client.chat.completions.create(**ask("hi"))
    with library(deployment.nginx.port, api_key="wrong") as client, pytest.raises(openai.APIStatusError) as unknown:
        client.chat.completions.create(**ask("hi"))
    assert wait_until(lambda: len(deployment.responder.access_log()) == 2)
    names = [line["request_id"] for line in deployment.responder.access_log()]
    assert [unreachable.value.request_id, unknown.value.request_id] == names


def test_failures_are_logged_with_their_error_codes(deploy):
    deployment = deploy()
    client = deployment.client
    client.post({"prompt": "hi"}, headers={"X-API-KEY": "wrong"})
    client.post(b"{")
    client.ask("[simulate status=429]")
    client.stream("[simulate cut=2]").rest()
    client.stream("[simulate no-terminal]").rest()
    assert wait_until(lambda: len(deployment.responder.access_log()) == 5)
    logged = [(line["status"], line["error"]) for line in deployment.responder.access_log()]
    assert logged == [
        (401, "invalid_key"),
        (400, "invalid_json"),
        (502, "upstream_status"),
        (200, "upstream_cut"),
        (200, "upstream_unfinished"),
    ]


def test_a_line_in_text_format(deploy):
    deployment = deploy(LOG_FORMAT="text")
    deployment.client.ask("hi")
    assert wait_until(lambda: "/proxy" in deployment.responder.log)
    (line,) = [line for line in deployment.responder.log.splitlines() if "/proxy" in line]
    assert re.match(r"\S+ 200 POST /proxy id=\S+ caller=default model=gpt-4o sent=gpt-5 upstream=200 ", line)


def test_a_value_in_text_format_is_one_quoted_word(deploy):
    deployment = deploy(LOG_FORMAT="text")
    deployment.client.ask("hi", model='x sent=gpt-5 "\\')
    assert wait_until(lambda: "/proxy" in deployment.responder.log)
    assert r' model="x sent=gpt-5 \"\\" sent="x sent=gpt-5 ' in deployment.responder.log


def test_log_level_error_logs_no_requests(deploy):
    deployment = deploy(LOG_LEVEL="error")
    deployment.client.ask("hi")
    assert "/proxy" not in deployment.responder.log


@pytest.mark.parametrize("format", ["json", "text"])
def test_no_key_and_no_content_is_in_any_log(deploy, format):
    deployment = deploy(LOG_FORMAT=format, LOG_LEVEL="trace")
    client = deployment.client
    keys = [PROXY_KEY, f"canary-wrong-key-{SECRET_TEXT}"]
    for key in keys:
        client.post({"prompt": SECRET_TEXT}, headers={"X-API-KEY": key})
        client.post({"prompt": SECRET_TEXT}, headers={"Authorization": f"Bearer {key}"})
    client.ask(SECRET_TEXT, user=SECRET_TEXT, metadata={"a": SECRET_TEXT})
    client.stream(SECRET_TEXT).rest()
    client.ask(f"[simulate status=401] {SECRET_TEXT}")
    client.ask(f"[simulate status=500 html] {SECRET_TEXT}")
    client.stream(f"[simulate cut=3 text={SECRET_TEXT}]").rest()
    client.post(b'{"prompt": "' + SECRET_TEXT.encode() + b'" nonsense}')
    assert wait_until(lambda: deployment.responder.log.count("/proxy") == 10)
    logs = "".join(path.read_text() for path in deployment.directory.glob("*.log"))
    assert not any(key in logs for key in [SECRET_TEXT, *keys])


def test_a_line_in_text_format_cannot_be_forged_and_cannot_control_a_terminal(deploy):
    deployment = deploy(LOG_FORMAT="text")
    deployment.client.ask("hi", model='x caller=root"')
    deployment.client.get("/a%20b%0a%1b[2J")
    assert wait_until(lambda: deployment.responder.log.count(" id=") == 2)
    said = deployment.responder.log
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
    assert 'model="x caller=root\\"" ' in said
    assert " 404 GET /a?b??[2J id=" in said


def header(request, name):
    """The value of a header that upstream received, or None."""
    return {key.lower(): value for key, value in request["headers"]}.get(name.lower())


def only_line(deployment):
    assert wait_until(deployment.responder.access_log), "the log has no request line"
    (line,) = deployment.responder.access_log()
    return line
