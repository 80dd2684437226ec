"""The reasoning that preceded a tool call is sent again with the tool's result."""

import json

import pytest

from client import library
from processes import wait_until
from stack import PROXY_KEY

PATH = "/v1/chat/completions"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}]
QUESTION = {"role": "user", "content": "[simulate call=get_weather times=1] Weather?"}


def first_turn(client, streamed):
    """The conversation after the model's call and the tool's result."""
    fields = {"model": "gpt-4o", "messages": [QUESTION], "tools": TOOLS}
    if streamed:
        with client.chat.completions.stream(**fields) as stream:
            message = stream.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(**fields).choices[0].message
    (call,) = message.tool_calls
    answer = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    return [QUESTION, message.to_dict(), answer]


def second_turn(client, messages):
    return client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)


def inputs(simulator):
    """The item types in the input of each request."""
    return [
        [item.get("type", item.get("role")) for item in json.loads(request["body"])["input"]]
        for request in simulator.requests
    ]


WITH = ["user", "reasoning", "function_call", "function_call_output"]
WITHOUT = ["user", "function_call", "function_call_output"]


@pytest.mark.parametrize("streamed", [False, True])
def test_the_second_request_contains_the_reasoning_of_the_first(sdk, simulator, streamed):
    second_turn(sdk, first_turn(sdk, streamed))
    assert inputs(simulator) == [["user"], WITH]
    first, second = [json.loads(request["body"]) for request in simulator.requests]
    assert first["include"] == ["reasoning.encrypted_content"]
    assert first["store"] is False
    assert second["input"][1]["encrypted_content"].startswith("sealed-")


def test_the_reasoning_of_a_recorded_response_is_sent_again(sdk, simulator):
    messages = [{"role": "user", "content": "[simulate play=04 times=1] Weather?"}]
    message = sdk.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS).choices[0].message
    messages += [message, {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "sunny"}]
    second_turn(sdk, messages)
    assert inputs(simulator)[1] == WITH


def test_a_cache_miss_is_harmless(deploy, simulator):
    with library(deploy().nginx.port) as one, library(deploy().nginx.port) as other:
        reply = second_turn(other, first_turn(one, streamed=False))
    assert reply.choices[0].finish_reason == "stop"
    assert inputs(simulator) == [["user"], WITHOUT]


def test_reasoning_that_upstream_cannot_decrypt_is_removed_and_forgotten(sdk, simulator):
    messages = first_turn(sdk, streamed=False)
    simulator.forget()
    messages[0] = {"role": "user", "content": "[simulate unseal-fails] Weather?"}
    for _ in range(2):
        assert second_turn(sdk, messages).choices[0].message.content
    assert inputs(simulator) == [WITH, WITHOUT, WITHOUT]


def test_reasoning_is_not_sent_to_a_model_that_does_not_reason(sdk, simulator):
    messages = first_turn(sdk, streamed=False)
    sdk.chat.completions.create(model="gpt-4.1", messages=messages, tools=TOOLS)
    assert inputs(simulator)[1] == WITHOUT


def test_a_duplicate_turn_gets_its_reasoning_once(sdk, simulator):
    messages = first_turn(sdk, streamed=False)
    second_turn(sdk, messages + messages[1:])
    assert inputs(simulator)[1].count("reasoning") == 1


def test_reasoning_cache_0_keeps_no_reasoning(deploy, simulator):
    with library(deploy(REASONING_CACHE="0").nginx.port) as client:
        second_turn(client, first_turn(client, streamed=True))
    assert inputs(simulator) == [["user"], WITHOUT]
    assert all("include" not in json.loads(request["body"]) for request in simulator.requests)


def test_reasoning_is_not_requested_from_a_model_that_does_not_reason(sdk, simulator):
    sdk.chat.completions.create(model="gpt-4.1", messages=[QUESTION], tools=TOOLS)
    assert "include" not in simulator.body


def test_no_log_contains_reasoning(deploy):
    deployment = deploy()
    with library(deployment.nginx.port) as client:
        second_turn(client, first_turn(client, streamed=True))
    assert wait_until(lambda: len(deployment.responder.access_log()) == 2)
    assert "sealed-" not in deployment.responder.log
    assert PROXY_KEY not in deployment.responder.log
