"""Upstreams that are not OpenAI's: they bend the API, and the client gets what it asked for nevertheless."""

import json
import threading

import openai
import pytest

from client import ask, events, library
from processes import wait_until
from upstream import Upstream

TEXT = "Zwölf Boxkämpfer 🥊"
USAGE = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": TEXT, "annotations": []}],
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": '{"a":1}', "status": "completed"}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1788100548,
    "model": "gpt-5",
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "output": [MESSAGE, CALL],
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "usage": {**USAGE, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}},
}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1788100548,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": TEXT,
                "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
            },
            "logprobs": None,
            "finish_reason": "tool_calls",
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
}


def chunk(**members):
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1788100548, "model": "m", **members}


def delta(finish_reason=None, **members):
    return chunk(choices=[{"index": 0, "delta": members, "logprobs": None, "finish_reason": finish_reason}])


CHUNKS = [
    delta(role="assistant", content=""),
    delta(content=TEXT[:6]),
    delta(content=TEXT[6:]),
    delta(tool_calls=[{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]),
    delta(tool_calls=[{"index": 0, "function": {"arguments": '{"a":1}'}}]),
    delta("tool_calls"),
]
USAGE_CHUNK = chunk(choices=[], usage=COMPLETION["usage"])


def response_events(response=RESPONSE):
    """The least that a server may send: complete items, and the end."""
    yield "", {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}}
    for index, item in enumerate(response["output"]):
        yield "", {"type": "response.output_item.done", "output_index": index, "item": item}
    yield "", {"type": "response.completed", "response": {**response, "output": []}}


@pytest.fixture
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


@pytest.fixture
def behind(deploy, upstream):
    return lambda **settings: deploy(OPENAI_BASE=upstream.base, RETRIES="0", **settings)


def line(deployment):
    """The only line about a request in the log."""
    assert wait_until(deployment.responder.access_log), "the log has no request line"
    (line,) = deployment.responder.access_log()
    return line


def metered(deployment):
    return line(deployment).get("input_tokens"), line(deployment).get("output_tokens")


def joined(stream):
    """The text, the call and the end of a stream of OpenAI's library."""
    text, call, ends = "", {"id": "", "name": "", "arguments": ""}, []
    for part in stream:
        for choice in part.choices:
            text += choice.delta.content or ""
            for tool in choice.delta.tool_calls or []:
                call["id"] += tool.id or ""
                call["name"] += tool.function.name or ""
                call["arguments"] += tool.function.arguments or ""
            ends += [choice.finish_reason] * bool(choice.finish_reason)
    return text, call, ends


SAID = (TEXT, {"id": "call_1", "name": "f", "arguments": '{"a":1}'}, ["tool_calls"])


# The form that the client asked for


@pytest.mark.parametrize("target", ["responses", "chat"])
def test_u4_a_whole_completion_of_an_upstream_that_streams(behind, upstream, target):
    if target == "responses":
        upstream.streams(*response_events())
    else:
        upstream.streams(*[("", data) for data in [*CHUNKS, USAGE_CHUNK]])
    deployment = behind(TARGET_API=target)
    with library(deployment.nginx.port) as sdk:
        reply = sdk.chat.completions.create(**ask("hi"))
    (choice,) = reply.choices
    (call,) = choice.message.tool_calls
    assert (choice.message.content, call.id, call.function.arguments) == (TEXT, "call_1", '{"a":1}')
    assert (choice.finish_reason, reply.object, reply.usage.total_tokens) == ("tool_calls", "chat.completion", 13)
    assert metered(deployment) == (9, 4)


def test_u4_a_whole_response_of_an_upstream_that_streams(behind, upstream):
    upstream.streams(*response_events())
    deployment = behind()
    with library(deployment.nginx.port) as sdk:
        reply = sdk.responses.create(model="gpt-5", input="hi")
    assert (reply.output_text, reply.output[1].arguments, reply.usage.total_tokens) == (TEXT, '{"a":1}', 13)
    assert metered(deployment) == (9, 4)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("target", ["responses", "chat"])
def test_u4_a_streamed_completion_of_an_upstream_that_does_not_stream(behind, upstream, target, late):
    upstream.says(RESPONSE if target == "responses" else COMPLETION)
    if late:
        upstream.hold = threading.Event()
    deployment = behind(TARGET_API=target, STREAM_HEAD_DELAY="100ms")
    with library(deployment.nginx.port) as sdk:
        stream = sdk.chat.completions.create(**ask("hi"), stream=True)
        if late:
            # The client has the head, and with it the promise of a stream.
            upstream.hold.set()
        assert joined(stream) == SAID
    assert metered(deployment) == (9, 4)


@pytest.mark.parametrize("late", [False, True])
def test_u4_a_streamed_response_of_an_upstream_that_does_not_stream(behind, upstream, late):
    upstream.says(RESPONSE)
    if late:
        upstream.hold = threading.Event()
    deployment = behind(STREAM_HEAD_DELAY="100ms")
    with library(deployment.nginx.port) as sdk, sdk.responses.stream(model="gpt-5", input="hi") as stream:
        if late:
            upstream.hold.set()
        kinds = [event.type for event in stream]
        reply = stream.get_final_response()
    assert (reply.output_text, reply.output[1].arguments) == (TEXT, '{"a":1}')
    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    assert {"response.output_text.delta", "response.function_call_arguments.delta"} <= set(kinds)
    assert metered(deployment) == (9, 4)


def test_u4_a_streamed_legacy_completion_of_an_upstream_that_does_not_stream(behind, upstream):
    upstream.says({"id": "c", "object": "text_completion", "created": 1, "model": "m", "usage": COMPLETION["usage"],
                   "choices": [{"index": 0, "text": TEXT, "logprobs": None, "finish_reason": "stop"}]})
    with library(behind(TARGET_API="chat").nginx.port) as sdk:
        stream = list(sdk.completions.create(model="gpt-3.5-turbo-instruct", prompt="hi", stream=True))
    assert "".join(part.choices[0].text for part in stream) == TEXT
    assert [part.choices[0].finish_reason for part in stream][-1] == "stop"


@pytest.mark.parametrize("body", [{"error": {"message": "Boom"}}, {"output": "x"}, {"choices": 7}, b"<html>", []])
def test_u4_an_error_in_another_form_has_a_status(behind, upstream, body):
    upstream.says(body)
    deployment = behind()
    for path in ["/v1/chat/completions", "/v1/responses"]:
        reply = deployment.client.post(ask("hi", stream=True, input="hi"), path=path)
        assert reply.status in (500, 502)
        assert reply.json["error"]["message"]


@pytest.mark.parametrize("stream", [False, True])
def test_u6_an_empty_success_on_proxy_is_raw_text(behind, upstream, stream):
    upstream.says(b"", status=204)
    reply = behind().client.ask("hi", stream=stream)
    assert (reply.status, reply.json) == (200, {"raw_text": ""})


# Streams by meaning


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("path", ["/proxy", "/v1/responses", "/v1/chat/completions"])
def test_u1_u2_a_stream_without_event_lines_is_metered_and_ends_once(behind, upstream, path, done):
    upstream.streams(*response_events())
    if done:
        upstream.body += b"data: [DONE]\n\n"
    deployment = behind()
    with deployment.client.stream_of(ask("hi", stream=True, input="hi"), path) as stream:
        received = events(stream.rest())
    ends = [data for _, data in received if "response.completed" in data or "finish_reason\":\"tool_calls" in data]
    assert len(ends) == 1
    assert not any("error" in name for name, _ in received)
    assert metered(deployment) == (9, 4)
    assert "error" not in line(deployment)


@pytest.mark.parametrize("asks", [False, True])
def test_u3_chat_targets_are_asked_for_the_usage_that_only_a_client_that_asked_sees(behind, upstream, asks):
    upstream.streams(*[("", data) for data in [*CHUNKS, USAGE_CHUNK]])
    upstream.body += b"data: [DONE]\n\n"
    deployment = behind(TARGET_API="chat")
    options = {"stream_options": {"include_usage": True}} if asks else {}
    with library(deployment.nginx.port) as sdk:
        parts = list(sdk.chat.completions.create(**ask("hi"), stream=True, **options))
    assert joined(parts) == SAID
    assert [part.usage.total_tokens for part in parts if part.usage] == [13] * asks
    assert json.loads(upstream.requests[0][3])["stream_options"] == {"include_usage": True}
    assert metered(deployment) == (9, 4)


def test_u15_an_error_within_a_chat_stream_is_told_once(behind, upstream):
    upstream.streams(("", CHUNKS[0]), ("", CHUNKS[1]), ("", {"error": {"message": "Boom", "type": "server_error"}}))
    deployment = behind(TARGET_API="chat")
    with deployment.client.stream_of(ask("hi", stream=True), "/v1/chat/completions") as stream:
        received = events(stream.rest())
    assert [name for name, _ in received] == ["", "", ""]
    assert json.loads(received[-1][1])["error"]["message"] == "Boom"
    assert line(deployment)["error"] == "upstream_error"


def test_u16_a_last_event_without_its_empty_line_counts(behind, upstream):
    upstream.streams(*response_events())
    upstream.says(upstream.body.rstrip(b"\n"), **{"Content-Type": "text/event-stream; charset=utf-8"})
    deployment = behind()
    with library(deployment.nginx.port) as sdk:
        assert joined(sdk.chat.completions.create(**ask("hi"), stream=True)) == SAID
    assert metered(deployment) == (9, 4)


# Errors


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "This model's maximum context length is 8192 tokens"},
        {"detail": [{"loc": ["body"], "msg": "This model's maximum context length is 8192 tokens", "type": "value_error"}]},
        {"message": "This model's maximum context length is 8192 tokens"},
        {"error": "This model's maximum context length is 8192 tokens"},
        b"This model's maximum context length is 8192 tokens",
    ],
)
def test_u11_clients_get_the_words_of_an_error_in_any_form(behind, upstream, body):
    upstream.says(body, status=400)
    with library(behind().nginx.port) as sdk:
        for stream in [False, True]:
            with pytest.raises(openai.BadRequestError, match="maximum context length is 8192"):
                sdk.chat.completions.create(**ask("hi"), stream=stream)


@pytest.mark.parametrize("code", ["content_policy_violation", "cyber_policy", "unsupported_feature"])
def test_u10_a_refusal_after_the_beginning_is_400_and_asked_once(deploy, upstream, code):
    failed = {**RESPONSE, "status": "failed", "output": [], "error": {"code": code, "message": "No."}, "usage": USAGE}
    upstream.streams(("", {"type": "response.created", "response": RESPONSE}), ("", {"type": "response.failed", "response": failed}))
    deployment = deploy(OPENAI_BASE=upstream.base, RETRIES="2")
    with library(deployment.nginx.port) as sdk, pytest.raises(openai.BadRequestError, match="No."):
        sdk.chat.completions.create(**ask("hi"), stream=True)
    assert len(upstream.requests) == 1
    assert metered(deployment) == (9, 4)


@pytest.mark.parametrize("status", [200, 500])
def test_u13_usage_told_with_a_failure_is_in_the_log(behind, upstream, status):
    upstream.says({"error": {"message": "Boom"}, "usage": USAGE}, status=status)
    deployment = behind()
    assert deployment.client.post(ask("hi"), path="/v1/chat/completions").status == 500
    assert metered(deployment) == (9, 4)


# Deltas, done events and the last event are three tellings of one reply


def tell(event, index=None, item=None, **members):
    """An event of the Responses API, with as much about its item as is given."""
    place = {"output_index": index} if index is not None else {}
    return "", {"type": f"response.{event}", **place, **({"item_id": item} if item else {}), **members}


def completion(deployment, **options):
    with library(deployment.nginx.port) as sdk:
        return joined(sdk.chat.completions.create(**ask("hi"), stream=True, **options))


FIRST, SECOND = "\ud83e", "\udd4a"


@pytest.mark.parametrize("stop", [None, ["never"]])
def test_u5_u17_half_a_character_waits_for_its_other_half(behind, upstream, stop):
    upstream.streams(
        tell("output_text.delta", 0, delta="a" + FIRST),
        tell("output_text.delta", 0, delta=SECOND + "b" + FIRST),
        tell("completed", response={**RESPONSE, "output": []}),
    )
    text, _, _ = completion(behind(), **({"stop": stop} if stop else {}))
    assert text == "a🥊b\ufffd"


def test_u17_the_legacy_api_has_no_half_characters(behind, upstream):
    upstream.streams(
        tell("output_text.delta", 0, delta="a" + FIRST),
        tell("output_text.delta", 0, delta=SECOND + FIRST),
        tell("completed", response={**RESPONSE, "output": []}),
    )
    # The library's type of a completion does not allow a `finish_reason` of null, which OpenAI's own chunks have.
    with library(behind().nginx.port, _strict_response_validation=False) as sdk:
        parts = list(sdk.completions.create(model="gpt-3.5-turbo-instruct", prompt="hi", stream=True))
    assert "".join(part.choices[0].text for part in parts if part.choices) == "a🥊\ufffd"


@pytest.mark.parametrize("telling", ["done", "item", "last"])
def test_u8_what_the_deltas_lack_comes_from_a_complete_telling(behind, upstream, telling):
    later = {
        "done": [
            tell("output_text.done", 0, "msg_1", content_index=0, text=TEXT),
            tell("function_call_arguments.done", 1, "fc_1", name="f", arguments='{"a":1}'),
        ],
        "item": [
            ("", {"type": "response.output_item.done", "output_index": 0, "item": MESSAGE}),
            ("", {"type": "response.output_item.done", "output_index": 1, "item": CALL}),
        ],
        "last": [],
    }[telling]
    upstream.streams(
        ("", {"type": "response.output_item.added", "output_index": 0, "item": {**MESSAGE, "content": []}}),
        tell("output_text.delta", 0, "msg_1", content_index=0, delta=TEXT[:5]),
        ("", {"type": "response.output_item.added", "output_index": 1, "item": {**CALL, "name": "", "call_id": "", "arguments": ""}}),
        tell("function_call_arguments.delta", 1, "fc_1", delta='{"a'),
        *later,
        tell("completed", response=RESPONSE),
    )
    assert completion(behind()) == SAID


@pytest.mark.parametrize("known_by", ["id", "index"])
def test_u9_two_open_calls_are_told_apart_by_id_or_by_index(behind, upstream, known_by):
    other = {**CALL, "id": "fc_2", "call_id": "call_2", "name": "g", "arguments": '{"b":2}'}

    def about(number, name, **members):
        index = number - 1 if known_by == "index" else None
        return tell(name, index, f"fc_{number}" if known_by == "id" else None, **members)

    def added(number, item):
        index = {"output_index": number - 1} if known_by == "index" else {}
        return "", {"type": "response.output_item.added", **index, "item": {**item, "arguments": ""}}

    upstream.streams(
        added(1, CALL),
        added(2, other),
        about(1, "function_call_arguments.delta", delta='{"a"'),
        about(2, "function_call_arguments.delta", delta='{"b"'),
        about(1, "function_call_arguments.delta", delta=":1}"),
        about(2, "function_call_arguments.delta", delta=":2}"),
        tell("completed", response={**RESPONSE, "output": [CALL, other]}),
    )
    with library(behind().nginx.port) as sdk:
        arguments = {0: "", 1: ""}
        for part in sdk.chat.completions.create(**ask("hi"), stream=True):
            for call in part.choices[0].delta.tool_calls or [] if part.choices else []:
                arguments[call.index] += call.function.arguments or ""
    assert arguments == {0: '{"a":1}', 1: '{"b":2}'}


@pytest.mark.parametrize("details", [None, {"reason": "something_new"}])
@pytest.mark.parametrize("stream", [False, True])
def test_u12_an_incomplete_reply_never_ends_with_stop(behind, upstream, stream, details):
    response = {**RESPONSE, "status": "incomplete", "incomplete_details": details, "output": [MESSAGE]}
    if stream:
        upstream.streams(tell("incomplete", response=response))
    else:
        upstream.says(response)
    with library(behind().nginx.port) as sdk:
        reply = sdk.chat.completions.create(**ask("hi"), stream=stream)
        ends = joined(reply)[2] if stream else [reply.choices[0].finish_reason]
    assert ends == ["length"]


@pytest.mark.parametrize("stream", [False, True])
def test_u14_the_client_gets_what_moderation_found(behind, upstream, stream):
    found = {"input": {"type": "moderation_result", "model": "omni", "flagged": False}, "output": None}
    response = {**RESPONSE, "output": [MESSAGE], "moderation": found}
    if stream:
        upstream.streams(tell("completed", response=response))
    else:
        upstream.says(response)
    deployment = behind()
    with deployment.client.stream_of(ask("hi", stream=stream), "/v1/chat/completions") as reply:
        assert b'"moderation":{"input":{"type":"moderation_results"' in reply.rest()
