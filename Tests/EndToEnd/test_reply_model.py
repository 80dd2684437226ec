"""The model that a response names: programs choose tokenizers and parsers by it."""

import json

import pytest

from client import ask, events

CHAT = "/v1/chat/completions"


def names(client, body, path=CHAT):
    """The names in a whole response and in all chunks of a streamed one."""
    whole = client.post(body, path=path)
    streamed = client.post({**body, "stream": True}, path=path)
    chunks = [json.loads(data) for _, data in events(streamed.body) if data != "[DONE]"]
    assert whole.headers["x-gpt-proxy-model"] == streamed.headers["x-gpt-proxy-model"]
    return {whole.json["model"], *(chunk["model"] for chunk in chunks)}, whole.headers["x-gpt-proxy-model"]


@pytest.mark.parametrize("model, sent", [("gpt-4o", "gpt-5"), ("gpt-4o-mini", "gpt-5-mini")])
def test_a_mapped_model_keeps_the_clients_name(kept_proxy, model, sent):
    assert names(kept_proxy, ask("hi", model=model)) == ({model}, sent)


def test_upstreams_name_of_a_model_that_is_not_mapped(kept_proxy, simulator):
    (name,), sent = names(kept_proxy, ask("hi", model="gpt-5"))
    assert name.startswith("gpt-5") and sent == "gpt-5"


def test_a_request_without_a_model_gets_the_name_of_the_model_sent(kept_proxy):
    body = ask("hi")
    del body["model"]
    (name,), sent = names(kept_proxy, body)
    assert name.startswith("gpt-5") and sent == "gpt-5"


def test_the_operator_may_want_upstreams_name(deploy):
    (name,), _ = names(deploy(REPLY_MODEL="sent").client, ask("hi", model="gpt-4o"))
    assert name.startswith("gpt-5")


def test_the_legacy_api(kept_proxy):
    body = {"model": "gpt-4o", "prompt": "hi"}
    assert names(kept_proxy, body, "/v1/completions")[0] == {"gpt-4o"}


@pytest.mark.parametrize("path, body", [("/proxy", ask("hi")), ("/v1/responses", {"model": "gpt-4o", "input": "hi"})])
def test_responses_that_are_upstreams_own_keep_upstreams_name(kept_proxy, path, body):
    assert kept_proxy.post(body, path=path).json["model"].startswith("gpt-5")
