"""Requests from web pages: browsers block them unless the operator lists the pages' origins."""

import pytest

from client import ask
from stack import PROXY_KEY

CHAT = "/v1/chat/completions"
APP = "https://app.example.com"


def asks_first(client, origin, path=CHAT, method="POST"):
    """Sends the preflight request that a browser makes before a page may send a key."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-lang",
    }
    return client.request("OPTIONS", path, headers=headers)


def allowed(reply):
    return reply.headers["access-control-allow-origin"]


def test_without_cors_origins_no_response_has_cors_headers(kept_proxy):
    reply = asks_first(kept_proxy, APP)
    assert reply.status == 405
    assert reply.headers["allow"] == "POST"
    for reply in (reply, kept_proxy.post(ask("hi"), {"X-API-KEY": PROXY_KEY, "Origin": APP})):
        assert not [name for name in reply.headers if name.lower().startswith("access-control") or name == "Vary"]


@pytest.mark.parametrize("path, method", [(CHAT, "POST"), ("/proxy", "POST"), ("/v1/models", "GET"), ("/v1/embeddings", "POST")])
def test_a_listed_origin_may_send_requests(deploy, simulator, path, method):
    client = deploy(CORS_ORIGINS=f"https://other.example.com, {APP}").client
    reply = asks_first(client, APP, path, method)
    assert (reply.status, reply.body) == (204, b"")
    assert allowed(reply) == APP
    assert method in reply.headers["access-control-allow-methods"].split(", ")
    assert reply.headers["access-control-allow-headers"] == "authorization,content-type,x-stainless-lang"
    assert reply.headers["vary"] == "Origin"
    assert simulator.requests == []


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", f"{APP}:8443", "null", APP + "/", "*"],
)
def test_other_origins_may_not_send_requests(deploy, origin):
    client = deploy(CORS_ORIGINS=APP).client
    assert asks_first(client, origin).status == 405
    for reply in (asks_first(client, origin), client.post(ask("hi"), {"X-API-KEY": PROXY_KEY, "Origin": origin})):
        assert allowed(reply) is None
        assert reply.headers["vary"] == "Origin"


def test_every_response_has_cors_headers_including_errors_and_streams(deploy):
    client = deploy(CORS_ORIGINS=APP).client
    key = {"X-API-KEY": PROXY_KEY, "Origin": APP}
    replies = [
        client.post(ask("hi"), key, CHAT),
        client.post(ask("hi", stream=True), key, CHAT),
        client.post(ask("[simulate status=429]"), key, CHAT),
        client.post(b"{", key, CHAT),
        client.post(ask("hi"), {"Origin": APP}, CHAT),
        client.request("GET", "/v1/nothing", headers=key),
        client.request("GET", CHAT, headers=key),
    ]
    assert [reply.status for reply in replies] == [200, 200, 429, 400, 401, 404, 405]
    for reply in replies:
        assert allowed(reply) == APP
        assert reply.headers["access-control-expose-headers"] == "*"
        assert "access-control-allow-credentials" not in reply.headers


def test_a_wildcard_allows_all_origins(deploy):
    client = deploy(CORS_ORIGINS="*").client
    assert asks_first(client, APP).status == 204
    for reply in (asks_first(client, APP), client.post(ask("hi"))):
        assert allowed(reply) == "*"
        assert "vary" not in reply.headers


def test_a_preflight_needs_no_key_and_reveals_no_caller(deploy):
    client = deploy(CORS_ORIGINS="*").client
    assert asks_first(client, APP, "/authz").status == 204
    assert "x-gpt-proxy-caller" not in asks_first(client, APP, "/authz").headers
    assert client.request("OPTIONS", "/v1/embeddings", headers={"Origin": APP}).status == 401


@pytest.mark.parametrize("value", ["app.example.com", f"{APP}/path", f"{APP},*", "null", "https://*.example.com/"])
def test_an_invalid_origin_is_reported_by_check(run, value):
    ended = run("check", environment={"OPENAI_API_KEY": "k", "PROXY_API_KEY": PROXY_KEY, "CORS_ORIGINS": value})
    assert ended.returncode == 78
    assert "CORS_ORIGINS" in ended.stderr
