"""TARGET_API, for the whole responder and for one location of the web server."""

import json

import pytest

from client import events
from stack import PROXY_KEY


@pytest.mark.parametrize("target", ["completions", "chat"])
def test_target_api_for_the_whole_responder(deploy, simulator, target):
    reply = deploy(TARGET_API=target).client.ask("hi", max_tokens=50)
    assert reply.status == 200
    assert reply.json["object"] == "chat.completion"
    assert simulator.request["path"] == "/v1/chat/completions"
    assert simulator.body["messages"] == [{"role": "user", "content": "hi"}]
    assert simulator.body["max_completion_tokens"] == 50
    assert "max_tokens" not in simulator.body


@pytest.mark.parametrize("target", ["completions", "chat"])
def test_target_api_for_one_location(proxy, simulator, target):
    assert proxy.ask("hi", path=f"/{target}/proxy").json["object"] == "chat.completion"
    assert simulator.request["path"] == "/v1/chat/completions"


def test_a_prompt_becomes_a_message_for_chat(kept_proxy, simulator):
    assert kept_proxy.post({"prompt": "Once"}, path="/chat/proxy").status == 200
    assert simulator.body["messages"] == [{"role": "user", "content": "Once"}]


def test_a_prompt_stays_a_prompt_for_completions(kept_proxy, simulator):
    kept_proxy.post({"prompt": "Once"}, path="/completions/proxy")
    assert simulator.body["prompt"] == "Once"


def test_chunks_are_streamed_to_their_end(proxy):
    with proxy.stream("[simulate deltas=5]", path="/chat/proxy") as stream:
        received = events(stream.rest())
    assert received[-1] == ("", "[DONE]")
    assert all(json.loads(data)["object"] == "chat.completion.chunk" for _, data in received[:-1])


def test_a_chunk_stream_that_breaks_off_ends_with_an_error(proxy):
    with proxy.stream("[simulate cut=3 deltas=9]", path="/chat/proxy") as stream:
        received = events(stream.rest())
    assert ("", "[DONE]") not in received
    assert [name for name, _ in received].count("error") == 1


def test_a_wrong_override_names_the_parameter(kept_proxy, simulator):
    reply = kept_proxy.ask("hi", path="/nonsense/proxy")
    assert reply.status == 500
    assert "GPT_PROXY_TARGET_API" in reply.json["detail"]
    assert simulator.requests == []


def test_a_header_cannot_override_the_target(kept_proxy, simulator):
    headers = {"X-API-KEY": PROXY_KEY, "GPT-PROXY-TARGET-API": "chat"}
    assert kept_proxy.post({"prompt": "hi"}, headers=headers).status == 200
    assert simulator.request["path"] == "/v1/responses"
