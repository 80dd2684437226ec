"""/v1/completions: the legacy API, with a separate upstream request for each prompt."""

import json

import pytest

from client import events

PATH = "/v1/completions"


def chunks(stream):
    data = [data for _, data in events(stream.rest())]
    assert data[-1] == "[DONE]"
    return [json.loads(chunk) for chunk in data[:-1]]


def test_a_prompt(proxy, simulator):
    reply = proxy.post({"model": "gpt-4o", "prompt": "[simulate text=done]", "max_tokens": 20}, path=PATH)
    assert reply.status == 200
    assert reply.json["object"] == "text_completion"
    assert reply.json["id"].startswith("cmpl-")
    (choice,) = reply.json["choices"]
    assert choice == {"index": 0, "text": "done", "logprobs": None, "finish_reason": "stop"}
    assert reply.json["usage"]["total_tokens"] > 0
    assert simulator.body["input"] == "[simulate text=done]"
    assert simulator.body["max_output_tokens"] == 20
    assert simulator.body["store"] is False


def test_several_prompts_become_choices_in_the_same_order(proxy, simulator):
    prompts = ["[simulate delay=300] one", "two", "[simulate delay=100] three"]
    reply = proxy.post({"prompt": prompts, "echo": True}, path=PATH)
    assert [choice["index"] for choice in reply.json["choices"]] == [0, 1, 2]
    assert [choice["text"].split("You said:")[0] for choice in reply.json["choices"]] == prompts
    assert sorted(json.loads(request["body"])["input"] for request in simulator.requests) == sorted(prompts)


def test_a_stream(proxy):
    body = {"prompt": "[simulate pace=10] a b", "stream": True, "stream_options": {"include_usage": True}}
    with proxy.stream_of(body, PATH) as stream:
        received = chunks(stream)
    assert {chunk["id"] for chunk in received} == {received[0]["id"]}
    assert "".join(chunk["choices"][0]["text"] for chunk in received[:-1]).startswith("You said: a b")
    assert received[-2]["choices"][0]["finish_reason"] == "stop"
    assert received[-1]["choices"] == []
    assert received[-1]["usage"]["completion_tokens"] > 0


def test_several_streams_are_merged_each_with_its_own_index(proxy):
    body = {"prompt": ["[simulate pace=30] one", "[simulate pace=30] two"], "stream": True, "echo": True}
    with proxy.stream_of(body, PATH) as stream:
        received = chunks(stream)
    choices = [chunk["choices"][0] for chunk in received]
    for index, prompt in enumerate(body["prompt"]):
        mine = [choice for choice in choices if choice["index"] == index]
        assert "".join(choice["text"] for choice in mine).startswith(f"{prompt}You said: {prompt.split()[-1]}")
        assert [choice["finish_reason"] for choice in mine if choice["finish_reason"]] == ["stop"]
    # The streams ran concurrently: neither waited for the other to end.
    order = [choice["index"] for choice in choices]
    assert order != sorted(order) and order != sorted(order, reverse=True)


def test_one_rejected_prompt_fails_the_request(proxy):
    reply = proxy.post({"prompt": ["one", "[simulate status=429] two"], "stream": True}, path=PATH)
    assert reply.status == 429
    assert reply.json["error"]["code"] == "rate_limit_exceeded"


def test_one_stream_that_breaks_off_ends_the_merged_stream_with_an_error(proxy):
    body = {"prompt": ["[simulate pace=20 deltas=50] one", "[simulate pace=20 cut=6] two"], "stream": True}
    with proxy.stream_of(body, PATH) as stream:
        received = chunks(stream)
    assert received[-1]["error"]["code"] == "upstream_cut"
    assert sum("error" in chunk for chunk in received) == 1


@pytest.mark.parametrize(
    "body, param",
    [
        ({"prompt": "x", "suffix": "y"}, "suffix"),
        ({}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [1, 2, 3]}, "prompt"),
        ({"prompt": [[1], [2]]}, "prompt"),
        ({"prompt": "x", "echo": "yes"}, "echo"),
    ],
)
def test_the_error_for_an_unsupported_field_names_it(proxy, simulator, body, param):
    reply = proxy.post(body, path=PATH)
    assert reply.status == 400
    assert reply.json["error"]["param"] == param
    assert simulator.requests == []
