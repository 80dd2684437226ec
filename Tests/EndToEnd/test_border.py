"""Data that is forwarded between client and upstream, and data that must not be."""

import json

import pytest

from client import ask
from processes import wait_until
from stack import OPENAI_KEY, PROXY_KEY
from upstream import Upstream

CHAT = "/v1/chat/completions"

# OpenAI's error texts about keys and limits, with IDs in its format.
OWN = ["sk-proj-AbCdEf0123456789", "org-AbCdEf0123456789", "proj_AbCdEf0123456789", OPENAI_KEY, "*******6789"]
TEXT = f"Incorrect API key provided: {OWN[0]} ({OWN[4]}) in organization {OWN[1]}\nof project {OWN[2]} by {OWN[3]}."


@pytest.fixture
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


@pytest.fixture
def client(deploy, upstream):
    return deploy(OPENAI_BASE=upstream.base).client


def is_clean(body):
    """Whether the text contains no operator data; fails if the rest of the text is missing."""
    assert b"Incorrect API key provided" in body
    return not any(own.encode() in body for own in OWN)


# --- Upstream's errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("streams", [False, True])
def test_an_upstream_error_on_proxy_reveals_no_operator_data(client, upstream, status, streams):
    upstream.says({"error": {"message": TEXT, "type": "x", "param": None, "code": "invalid_api_key"}}, status)
    reply = client.post(ask("hi", stream=streams))
    assert reply.status == 502
    assert reply.json["detail"]["openai_status"] == status
    assert is_clean(reply.body)


@pytest.mark.parametrize("path", [CHAT, "/v1/responses", "/v1/completions", "/v1/embeddings"])
def test_an_upstream_error_on_v1_reveals_no_operator_data(client, upstream, path):
    body = {"model": "gpt-4o", "input": "hi"} if "completions" not in path else ask("hi") | {"prompt": "hi"}
    body = {key: value for key, value in body.items() if path != "/v1/completions" or key != "messages"}
    upstream.says({"error": {"message": TEXT, "type": "requests", "code": "rate_limit_exceeded"}}, 429)
    reply = client.post(body, path=path)
    assert reply.status == 429
    assert is_clean(reply.body)


@pytest.mark.parametrize("path", [CHAT, "/v1/responses"])
def test_upstreams_message_about_the_operators_key_is_not_forwarded(client, upstream, path):
    for status in (401, 403):
        upstream.says({"error": {"message": TEXT}}, status)
        reply = client.post({"model": "gpt-4o", "input": "hi"} if "responses" in path else ask("hi"), path=path)
        assert reply.status == 502
        assert b"Incorrect" not in reply.body and OWN[1].encode() not in reply.body


def test_an_upstream_error_that_is_not_json_reveals_no_operator_data(client, upstream):
    upstream.says(f"<html>{TEXT}</html>".encode(), 500)
    reply = client.post(ask("hi"))
    assert is_clean(reply.body)
    assert reply.json["detail"]["body"]["raw_text"].startswith("<html>Incorrect")


CREATED = ("response.created", {"type": "response.created", "response": {"id": "r", "status": "in_progress"}})
ADDED = (
    "response.output_item.added",
    {
        "type": "response.output_item.added",
        "output_index": 0,
        "item": {"id": "m", "type": "message", "role": "assistant", "status": "in_progress", "content": []},
    },
)
DELTA = (
    "response.output_text.delta",
    {"type": "response.output_text.delta", "delta": "so far", "output_index": 0, "content_index": 0},
)
FAILED = (
    "response.failed",
    {
        "type": "response.failed",
        "response": {"id": "r", "status": "failed", "error": {"code": "server_error", "message": TEXT}},
    },
)
ERROR = ("error", {"type": "error", "code": "server_error", "message": TEXT, "param": None})


@pytest.mark.parametrize("ending", [FAILED, ERROR], ids=["failed", "error"])
@pytest.mark.parametrize("path", ["/proxy", CHAT, "/v1/responses"])
def test_an_error_event_reveals_no_operator_data(client, upstream, path, ending):
    upstream.streams(CREATED, ADDED, DELTA, ending)
    said = {"input": "hi"} if "responses" in path else {"prompt": "hi"} if path == "/proxy" else ask("hi")
    reply = client.post({"model": "gpt-4o", "stream": True, **said}, path=path)
    assert reply.status == 200
    assert b"so far" in reply.body
    assert is_clean(reply.body)


def test_an_error_in_a_chat_stream_reveals_no_operator_data(deploy, upstream):
    client = deploy(OPENAI_BASE=upstream.base, TARGET_API="chat").client
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "so far"}}]}
    upstream.streams(("", chunk), ("", {"error": {"message": TEXT, "type": "server_error"}}))
    reply = client.post(ask("hi", stream=True), path=CHAT)
    assert b"so far" in reply.body
    assert is_clean(reply.body)


def test_a_failed_response_reveals_no_operator_data(client, upstream):
    upstream.says({"id": "r", "object": "response", "status": "failed", "error": {"code": "x", "message": TEXT}, "output": []})
    for path, body in [("/proxy", {"prompt": "hi"}), ("/v1/responses", {"input": "hi"}), (CHAT, ask("hi"))]:
        assert is_clean(client.post(body, path=path).body)


def test_a_successful_response_is_not_redacted(client, upstream):
    text = f"{OWN[0]} is a key, {OWN[1]} an organization"
    upstream.says({"id": "r", "object": "response", "status": "completed", "error": None, "output": [], "text": text})
    assert client.post({"prompt": "hi"}).body == upstream.body
    assert client.post({"input": "hi"}, path="/v1/responses").body == upstream.body


# --- Headers ----------------------------------------------------------------------------------------------------------


def test_only_listed_upstream_headers_are_forwarded(client, upstream):
    allowed = {"x-request-id": "req_1", "x-ratelimit-remaining-tokens": "7", "openai-processing-ms": "5", "Retry-After": "3"}
    others = {
        "Set-Cookie": "session=1",
        "Authorization": f"Bearer {OPENAI_KEY}",
        "openai-organization": "org-AbCdEf0123456789",
        "openai-project": "proj_AbCdEf0123456789",
        "Server": "upstream",
        "x-envoy-upstream": "10.0.0.1",
        "Access-Control-Allow-Origin": "*",
        "Location": "http://127.0.0.1/",
        "Status": "500",
        "X-Accel-Redirect": "/etc/passwd",
    }
    good = {"id": "r", "object": "response", "status": "completed", "output": []}
    for status, body in ((200, good), (400, {"error": {"message": "no"}})):
        upstream.says(body, status, **allowed, **others)
        for path, body in [("/proxy", {"prompt": "hi"}), (CHAT, ask("hi")), ("/v1/embeddings", {"model": "m"})]:
            names = {name.lower() for name, _ in client.post(body, path=path).headers.items()}
            assert not names & {name.lower() for name in others} - {"server"}
            assert "x-ratelimit-remaining-tokens" in names


def test_a_redirect_is_not_followed(client, upstream):
    upstream.says(b"", 307, Location=f"{upstream.base}/elsewhere")
    for path, body in [("/proxy", {"prompt": "hi"}), (CHAT, ask("hi")), ("/v1/embeddings", {"model": "m"})]:
        upstream.requests.clear()
        assert client.post(body, path=path).status == 502
        assert len(upstream.requests) == 1


def test_no_client_data_can_inject_a_header(client, upstream):
    upstream.says({"id": "r", "object": "response", "status": "completed", "output": []})
    name = "x\r\nSet-Cookie: evil=1\r\n\r\n\0body"
    for body in [ask("hi") | {name: 1}, ask("hi") | {"model": name}, ask("hi") | {"user": name}]:
        reply = client.post(body, path=CHAT)
        assert "set-cookie" not in reply.headers
        assert b"evil" not in reply.body.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "given",
    ["x" * 65, "a b", "a;b", "<script>", "a\tb", "ä", "a\\nb", '"', "../../x", "%0d%0a", "a,b", ""],
)
def test_a_request_id_from_outside_is_used_only_if_it_is_harmless(deploy, given):
    deployment = deploy()
    for name, is_taken in [(given, False), ("Harmless_1.2-3", True)]:
        deployment.client.get("/healthz", headers={"X-Request-Id": name.encode()})
        assert wait_until(lambda: len(deployment.responder.access_log()) == 1 + is_taken)
        line = deployment.responder.access_log()[-1]
        assert (line["request_id"] == name) == is_taken


def test_the_operator_alone_decides_where_requests_go_and_with_which_credentials(client, upstream):
    headers = {
        "X-API-KEY": PROXY_KEY,
        "OpenAI-Organization": "org-of-the-client",
        "OpenAI-Project": "proj-of-the-client",
        "X-Forwarded-Host": "evil.example",
        "Cookie": "a=b",
    }
    client.post({"prompt": "hi", "base_url": "http://evil.example", "api_base": "http://evil.example"}, headers)
    ((_, path, sent, body),) = upstream.requests
    assert path == "/v1/responses"
    assert sent["Host"] == upstream.base.removeprefix("http://").removesuffix("/v1")
    assert sent["Authorization"] == f"Bearer {OPENAI_KEY}"
    assert not {"OpenAI-Organization", "OpenAI-Project", "Cookie", "X-Api-Key", "X-API-KEY"} & set(sent)
    assert b"evil" not in body and PROXY_KEY not in str(sent)


def test_a_clients_proxy_header_is_not_used(deploy, upstream, simulator):
    """The header `Proxy` becomes the variable HTTP_PROXY, which many programs use as their HTTP proxy (httpoxy)."""
    client = deploy().client
    for name in ("Proxy", "HTTP-Proxy", "Http_Proxy"):
        headers = {"X-API-KEY": PROXY_KEY, name: upstream.base.removesuffix("/v1")}
        assert client.post({"prompt": "hi"}, headers).status == 200
    assert upstream.requests == []
    assert len(simulator.requests) == 3


# --- Bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, said",
    [
        (b'{"model": "gpt-4o", "prompt": "hi", "model": "gpt-5"}', "model"),
        (b'{"model": "gpt-4o", "prompt": "hi", "mod\\u0065l": "gpt-5"}', "model"),
        (b'{"prompt": "hi", "x": ' + b"[" * 100 + b"]" * 100 + b"}", "deep"),
        (b'{"prompt": "hi", "x": ' + b'{"a":' * 100 + b"1" + b"}" * 101, "deep"),
        (b'{"prompt": "hi", "x": "\\ud800"' + b"\xed\xa0\x80" + b"}", "at byte"),
        (b'{"prompt": "hi", "x": 01}', "at byte"),
        (b'{"prompt": "hi", "x": NaN}', "at byte"),
        (b'{"prompt": "hi"}\0', "at byte"),
        (b"\xff\xfe{}", "at byte"),
        (b'{"prompt": "hi", "x": [' + b"1," * 1_100_000 + b"1]}", "values"),
    ],
)
@pytest.mark.parametrize("path", ["/proxy", CHAT, "/v1/responses", "/v1/completions"])
def test_ambiguous_or_too_costly_json_is_rejected(kept_proxy, simulator, path, body, said):
    reply = kept_proxy.post(body, path=path)
    assert reply.status == 400
    assert said in reply.body.decode()
    assert simulator.requests == []


def test_a_caller_cannot_name_two_models_in_a_forwarded_body(deploy, run, directory, simulator):
    key = run("key", "new", "ann", "--models", "small", "--add", "--file", directory / "keys").stdout.split()[0]
    client = deploy(PROXY_KEYS_FILE=str(directory / "keys")).client
    for body in (b'{"model":"large","model":"small"}', b'{"mod\\u0065l":"large","model":"small"}'):
        assert client.post(body, {"X-API-KEY": key}, "/v1/embeddings").status == 403
    assert simulator.requests == []
    assert client.post(b'{"model":"small","input":"hi"}', {"X-API-KEY": key}, "/v1/embeddings").status != 403


@pytest.mark.memory
def test_a_body_takes_at_most_20_times_its_size_in_memory(deploy):
    deployment = deploy()
    process = deployment.responder.process
    deployment.client.post({"prompt": "hi"})
    before = process.resident_kilobytes
    body = b'{"prompt": "hi", "x": [' + b"[]," * (5 << 20) + b"1]}"
    assert deployment.client.post(body).status == 400
    assert process.resident_kilobytes - before < 20 * len(body) / 1024
