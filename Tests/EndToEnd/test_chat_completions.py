"""/v1/chat/completions: Chat Completions for the client, the Responses API upstream."""

import json

from client import arrives_one_by_one, events
from stack import PROXY_KEY

PATH = "/v1/chat/completions"


def test_a_whole_response(proxy, simulator):
    reply = proxy.ask("[simulate text=hello there]", path=PATH)
    assert reply.status == 200
    assert reply.json["object"] == "chat.completion"
    (choice,) = reply.json["choices"]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"] == "hello there"
    assert choice["finish_reason"] == "stop"
    assert simulator.request["path"] == "/v1/responses"
    assert simulator.body["model"] == "gpt-5"


def test_a_stream(proxy):
    with proxy.stream("[simulate text=hello there]", path=PATH) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        received = events(stream.rest())
    assert received[-1] == ("", "[DONE]")
    chunks = [json.loads(data) for _, data in received[:-1]]
    assert all(chunk["object"] == "chat.completion.chunk" for chunk in chunks)
    deltas = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
    assert "".join(deltas) == "hello there"


def test_chunks_arrive_one_by_one(proxy):
    def stream_once():
        with proxy.stream("[simulate pace=100 text=one two three four five]", path=PATH) as stream:
            pieces = [piece.data for piece in stream.pieces()]
        # The first word is in the same piece as the chunk with the role.
        words = [piece for piece in pieces if b'"content":" ' in piece]
        assert b"".join(words).count(b'"content":" ') == 4
        return words

    assert arrives_one_by_one(stream_once)


def test_a_wrong_key_gets_an_error_in_the_apis_format(proxy):
    reply = proxy.post({"messages": []}, headers={"Authorization": "Bearer wrong"}, path=PATH)
    assert reply.status == 401
    assert reply.json["error"]["message"]
    assert PROXY_KEY.encode() not in reply.body


def test_an_upstream_error_keeps_its_status(proxy):
    reply = proxy.ask("[simulate status=429 retry-after=90]", path=PATH)
    assert reply.status == 429
    assert reply.headers["Retry-After"] == "90"
    assert reply.json["error"]["code"] == "rate_limit_exceeded"


def test_upstreams_rejection_of_the_proxys_key_is_a_502_for_the_client(proxy):
    reply = proxy.ask("[simulate status=401]", path=PATH)
    assert reply.status == 502
