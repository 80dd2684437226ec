"""Histories that Chat Completions accepted and the Responses API rejects."""

import json

import pytest

from processes import wait_until

PATH = "/v1/chat/completions"
LONG = "call_" + "x" * 80
USER = {"role": "user", "content": "hi"}


def call(*ids):
    calls = [{"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}} for id in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(id, content="r", **fields):
    return {"role": "tool", "tool_call_id": id, "content": content, **fields}


# Each history with the pairs of call and result that arrive upstream: (call_id, output).
HISTORIES = {
    "an orphan result": ([USER, result("a", "kept")], [("a", "kept")]),
    "an orphan call": ([USER, call("a"), USER], [("a", "[no result]")]),
    "one of two calls answered": ([USER, call("a", "b"), result("b")], [("a", "[no result]"), ("b", "r")]),
    "a result twice": ([USER, call("a"), result("a"), result("a")], [("a", "r")]),
    "two results for one call": ([USER, call("a"), result("a"), result("a", "s")], [("a", "r"), ("a_2", "s")]),
    "an id used in two turns": ([call("a"), result("a"), call("a"), result("a", "s")], [("a", "r"), ("a_2", "s")]),
    "an orphan function result": ([USER, {"role": "function", "name": "f", "content": "r"}], [("call_function_1", "r")]),
    "an orphan function call": (
        [USER, {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}],
        [("call_function_1", "[no result]")],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_calls_and_results_are_paired(proxy, simulator, name):
    messages, expected = HISTORIES[name]
    reply = proxy.post({"model": "gpt-4o", "messages": messages}, path=PATH)
    assert reply.status == 200, reply.body
    items = simulator.body["input"]
    calls = {item["call_id"] for item in items if item.get("type") == "function_call"}
    results = {item["call_id"]: item["output"] for item in items if item.get("type") == "function_call_output"}
    assert results == dict(expected)
    assert calls == set(results)


def test_ids_over_64_characters_are_hashed_on_both_sides(proxy, simulator):
    messages = [USER, call(LONG + "1", LONG + "2"), result(LONG + "1", "one"), result(LONG + "2", "two")]
    assert proxy.post({"model": "gpt-4o", "messages": messages}, path=PATH).status == 200
    items = simulator.body["input"][1:]
    ids = [item["call_id"] for item in items]
    assert ids[0] == ids[2] and ids[1] == ids[3] and ids[0] != ids[1]
    assert all(len(id) <= 64 for id in ids)


def test_names_are_added_to_the_text_if_there_are_several(proxy, simulator):
    messages = [{"role": "user", "name": "ann", "content": "hi"}, {"role": "user", "name": "bob", "content": "ho"}]
    assert proxy.post({"model": "gpt-4o", "messages": messages}, path=PATH).status == 200
    assert [item["content"] for item in simulator.body["input"]] == ["ann: hi", "bob: ho"]
    simulator.forget()
    proxy.post({"model": "gpt-4o", "messages": messages[:1]}, path=PATH)
    assert simulator.body["input"] == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize("content", ["", None])
def test_empty_assistant_messages_are_left_out(proxy, simulator, content):
    messages = [USER, {"role": "assistant", "content": content}, USER]
    assert proxy.post({"model": "gpt-4o", "messages": messages}, path=PATH).status == 200
    assert simulator.body["input"] == [USER, USER]


def test_repairs_are_logged(deploy):
    deployment = deploy()
    messages = [USER, {"role": "assistant", "content": ""}, call(LONG), USER]
    deployment.client.post({"model": "gpt-4o", "messages": messages}, path=PATH)
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    assert line["repaired"] == "messages[1], messages[2].tool_calls[0].id, messages[2]"


def test_two_processes_send_the_same_bytes_for_the_same_history(deploy, simulator):
    messages = [message for history, _ in HISTORIES.values() for message in history]
    messages += [call(LONG), result(LONG), {"role": "user", "name": "ann", "content": "x"}]
    body = {"model": "gpt-4o", "messages": messages, "tools": [{"type": "function", "function": {"name": "f"}}]}
    for client in (deploy().client, deploy().client):
        assert client.post(body, path=PATH).status == 200
    first, second = [request["body"] for request in simulator.requests]
    assert first == second


def test_a_growing_conversation_keeps_its_prefix(proxy, simulator):
    """The input of one turn is a prefix of the next turn's input; otherwise upstream's prompt cache would be useless."""
    turns = [USER, call("a", "b"), result("b"), {"role": "assistant", "content": ""}, USER, call("a"), result("a"), USER]
    for count in (5, 7, 8):
        proxy.post({"model": "gpt-4o", "messages": turns[:count]}, path=PATH)
    inputs = [json.loads(request["body"])["input"] for request in simulator.requests]
    for shorter, longer in zip(inputs, inputs[1:]):
        assert longer[: len(shorter)] == shorter


def test_a_second_name_changes_the_prefix_once(proxy, simulator):
    ann, bob = {"role": "user", "name": "ann", "content": "hi"}, {"role": "user", "name": "bob", "content": "ho"}
    for messages in ([ann], [ann, bob], [ann, bob, ann]):
        proxy.post({"model": "gpt-4o", "messages": messages}, path=PATH)
    first, second, third = [json.loads(request["body"])["input"] for request in simulator.requests]
    assert first != second[:1]
    assert third[:2] == second


@pytest.mark.parametrize("field", [{"tool_calls": []}, {"function_call": {}}])
def test_a_tool_result_with_fields_of_a_call_is_accepted(proxy, simulator, field):
    """Programs that serialize all messages with the same data model send such results."""
    messages = [USER, {**result("x"), **field}]
    for path in (PATH, "/proxy"):
        assert proxy.post({"model": "gpt-4o", "messages": messages}, path=path).status == 200
