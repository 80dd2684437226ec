"""The response head and the heartbeats of a translated stream."""

import json

import openai
import pytest

from client import ask, events, library

PATH = "/v1/chat/completions"


def stream(client, text):
    return client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": text}], stream=True
    )


@pytest.mark.parametrize("words", ["error-event deltas=0", "cut=2", "cut-head", "garbage", "no-terminal deltas=0"])
def test_a_stream_that_fails_before_its_text_has_a_status(sdk, words):
    with pytest.raises(openai.InternalServerError) as error:
        stream(sdk, f"[simulate {words}]")
    assert error.value.status_code == (500 if words.startswith("error-event") else 502)
    assert error.value.response.headers["content-type"].startswith("application/json")
    assert error.value.body["message"]


def test_the_response_head_does_not_wait_forever(deploy):
    """Upstream sends its first events and then stays silent."""
    client = deploy(STREAM_HEAD_DELAY="300ms", IDLE_TIMEOUT="3s").client
    with client.stream("[simulate stall=2]", path=PATH) as reply:
        received = events(reply.rest())
    error, done = [data for _, data in received]
    assert json.loads(error)["error"]["code"] == "upstream_idle_timeout"
    assert done == "[DONE]"


def test_the_client_library_accepts_an_early_response_head(deploy):
    deployment = deploy(STREAM_HEAD_DELAY="200ms")
    with library(deployment.nginx.port) as client:
        chunks = list(stream(client, "[simulate pace=300 text=one two]"))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert [delta.role for delta in deltas[1:]] == [None] * (len(deltas) - 1)
    assert "".join(delta.content or "" for delta in deltas) == "one two"


def test_heartbeats_of_a_chat_stream_are_empty_chunks(deploy):
    deployment = deploy(HEARTBEAT="150ms")
    with library(deployment.nginx.port) as client:
        chunks = list(stream(client, "[simulate pace=400 text=one two]"))
    choices = [chunk.choices[0] for chunk in chunks]
    beats = [choice for choice in choices if not choice.delta.to_dict() and choice.finish_reason is None]
    assert len(beats) >= 4
    assert "".join(choice.delta.content or "" for choice in choices) == "one two"
    assert choices[-1].finish_reason == "stop"
    assert len({(chunk.id, chunk.model) for chunk in chunks}) == 1


@pytest.mark.parametrize("fields", ["tools", "functions"])
def test_c2_the_first_chunk_shows_whether_a_function_is_called(deploy, fields):
    function = {"name": "weather", "parameters": {"type": "object", "properties": {}}}
    offered = [function] if fields == "functions" else [{"type": "function", "function": function}]
    body = ask("[simulate pace=400 call=weather]", **{fields: offered, "stream": True})
    reply = deploy(HEARTBEAT="150ms", STREAM_HEAD_DELAY="150ms").client.post(body, path="/v1/chat/completions")
    chunks = [json.loads(data) for _, data in events(reply.body) if data != "[DONE]"]
    first, *others = (chunk["choices"][0]["delta"] for chunk in chunks)
    member = "function_call" if fields == "functions" else "tool_calls"
    assert first["role"] == "assistant" and first["content"] is None and member in first
    # And no chunk within the call looks like its end.
    assert len(others) > 3 and all(member in delta for delta in others[:-1])
    assert reply.body.startswith(b": ")


def test_a_slow_upstream_does_not_delay_the_response_head_beyond_the_head_delay(deploy):
    client = deploy(STREAM_HEAD_DELAY="1s", HEARTBEAT="1s").client
    with client.stream("[simulate delay=3500] hi", path="/v1/chat/completions") as stream:
        assert stream.status == 200
        received = [json.loads(data) for _, data in events(stream.rest()) if data != "[DONE]"]
    assert received[0]["choices"][0]["delta"]["role"] == "assistant"
    assert sum("role" in chunk["choices"][0]["delta"] for chunk in received) == 1
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in received)
    assert "You said:" in text


def test_a_late_upstream_error_ends_the_stream_with_an_error(deploy):
    client = deploy(STREAM_HEAD_DELAY="1s").client
    with client.stream("[simulate delay=2000 status=429] hi", path="/v1/chat/completions") as stream:
        assert stream.status == 200
        received = [data for _, data in events(stream.rest())]
    assert json.loads(received[-2])["error"]["message"]
    assert received[-1] == "[DONE]"
