"""Addresses that programs of earlier years use, and addresses that do not exist: answered as OpenAI answers them."""

import pytest

from client import ask

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    "path, body, sent_to",
    [
        ("/v1/engines/gpt-4o/completions", {"prompt": "hi"}, "/v1/responses"),
        ("/v1/engines/gpt-4o-mini/chat/completions", {"messages": MESSAGES}, "/v1/responses"),
        ("/ai/v1/engines/text-embedding-ada-002/embeddings", {"input": "hi"}, "/v1/embeddings"),
    ],
)
def test_an_engine_is_the_model(kept_proxy, simulator, path, body, sent_to):
    reply = kept_proxy.post(body, path=path)
    assert reply.status == 200
    assert simulator.request["path"] == sent_to
    if sent_to == "/v1/responses":
        assert reply.json["model"] == path.split("/")[3]
    else:
        assert simulator.body["model"] == "text-embedding-ada-002"


@pytest.mark.parametrize("method, path", [("GET", "/v1/nothing"), ("POST", "/v1/nothing/x"), ("DELETE", "/v1")])
def test_an_address_that_does_not_exist(kept_proxy, simulator, method, path):
    reply = kept_proxy.request(method, path)
    assert reply.status == 404
    assert reply.json == {
        "error": {
            "message": f"Invalid URL ({method} {path})",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        }
    }
    assert simulator.requests == []


def test_without_a_key_no_address_is_known(kept_proxy):
    assert kept_proxy.get("/v1/nothing", headers={}).status == 401


@pytest.mark.parametrize("path", ["/v1/assistants", "/v1/threads/thread_1/runs"])
def test_the_assistants_api_says_what_to_use_instead(kept_proxy, path):
    reply = kept_proxy.post({}, path=path)
    assert reply.status == 404
    message = reply.json["error"]["message"]
    assert "2026-08-26" in message and "Responses API" in message and "conversations" in message


def test_an_upstream_that_still_has_assistants_is_asked(deploy, simulator):
    deploy(PASSTHROUGH="assistants,assistants/*").client.post({"model": "gpt-5"}, path="/v1/assistants")
    assert simulator.request["path"] == "/v1/assistants"


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/v1/chat/completions?limit=2"),
        ("GET", "/v1/chat/completions/chatcmpl-1"),
        ("DELETE", "/v1/models/ft:gpt-4o:x"),
    ],
)
def test_other_methods_are_passed_through_where_the_operator_permits_it(deploy, simulator, method, path):
    client = deploy(PASSTHROUGH="chat/completions,chat/completions/*,models/*").client
    client.request(method, path)
    assert (simulator.request["method"], simulator.request["path"]) == (method, path)
    simulator.forget()
    assert client.post(ask("hi"), path="/v1/chat/completions").json["object"] == "chat.completion"
    assert client.get("/v1/models/gpt-4o").json["id"] == "gpt-4o"


def test_other_methods_are_refused_elsewhere(kept_proxy):
    assert kept_proxy.get("/v1/chat/completions").status == 405
