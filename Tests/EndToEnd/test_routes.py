"""Paths and methods."""

import pytest

from stack import PROXY_KEY


@pytest.mark.parametrize("path", ["/", "/nothing", "/proxy/x"])
def test_an_unknown_path_is_not_found(proxy, path):
    reply = proxy.post({"prompt": "hi"}, path=path)
    assert reply.status == 404
    assert reply.json == {"detail": "Not Found"}


def test_an_unknown_path_below_v1_gets_an_error_in_the_apis_format(proxy):
    reply = proxy.post({"prompt": "hi"}, path="/v1/nothing")
    assert reply.status == 404
    assert reply.json["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "method, path, allowed",
    [("GET", "/proxy", "POST"), ("DELETE", "/proxy", "POST"), ("POST", "/healthz", "GET, HEAD")],
)
def test_a_wrong_method_gets_405_with_the_allowed_methods(proxy, method, path, allowed):
    reply = proxy.request(method, path, headers={})
    assert reply.status == 405
    assert reply.headers["Allow"] == allowed
    assert reply.json == {"detail": "Method Not Allowed"}


def test_health_needs_no_key(proxy, simulator):
    reply = proxy.get("/healthz", headers={})
    assert reply.status == 200
    assert reply.json == {"status": "ok"}
    assert simulator.requests == []


def test_head_of_healthz_has_no_body(proxy):
    reply = proxy.request("HEAD", "/healthz", headers={})
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.body == b""


def test_upstreams_health_needs_a_key(kept_proxy, simulator):
    reply = kept_proxy.get("/healthz?upstream=1", headers={})
    assert reply.status == 401
    assert simulator.requests == []
    reply = kept_proxy.get("/healthz?upstream=1", headers={"X-API-KEY": PROXY_KEY})
    assert reply.status == 200
    assert reply.json == {"status": "ok", "upstream_status": 200}
    assert simulator.request["path"] == "/v1/models"


@pytest.mark.parametrize("path", ["/ai/proxy", "/cgi-bin/gpt-proxy.fcgi/proxy"])
def test_gpt_proxy_can_be_mounted_below_a_prefix(proxy, path):
    assert proxy.ask("hi", path=path).status == 200
