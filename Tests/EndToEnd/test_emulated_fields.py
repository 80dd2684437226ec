"""Fields of Chat Completions that the Responses API lacks and gpt-proxy emulates."""

import json
import time

import pytest

from client import ask, events
from processes import wait_until

PATH = "/v1/chat/completions"
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}


def stream(sdk, text, **fields):
    """The chunks of a streamed response to one user message."""
    fields = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **fields}
    return list(sdk.chat.completions.create(stream=True, **fields))


def content(chunks, index=0):
    choices = [choice for chunk in chunks for choice in chunk.choices if choice.index == index]
    return "".join(choice.delta.content or "" for choice in choices)


def finish_reasons(chunks, index=0):
    choices = [choice for chunk in chunks for choice in chunk.choices if choice.index == index]
    return [choice.finish_reason for choice in choices if choice.finish_reason]


# --- stop ------------------------------------------------------------------------------------------------------------


def test_stop_across_deltas_ends_the_stream_and_cancels_the_upstream_request(sdk, simulator):
    chunks = stream(sdk, "[simulate pace=30 text=one two three and four and five]", stop=["three and"])
    assert content(chunks) == "one two "
    assert finish_reasons(chunks) == ["stop"]
    assert all(chunk.usage is None for chunk in chunks)
    assert wait_until(lambda: simulator.request["ending"] == "client closed")
    assert "stop" not in simulator.body


def test_stop_with_usage_reads_upstream_to_its_end(sdk, simulator):
    text = "[simulate pace=10 text=one two three and four and five]"
    chunks = stream(sdk, text, stop="three and", stream_options={"include_usage": True})
    assert content(chunks) == "one two "
    assert finish_reasons(chunks) == ["stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 7
    assert simulator.request["ending"] == "completed"


def test_a_stop_sequence_that_does_not_occur_loses_no_text(sdk):
    chunks = stream(sdk, "[simulate text=one two thr]", stop=["three", "zzz"])
    assert content(chunks) == "one two thr"
    assert finish_reasons(chunks) == ["stop"]


def test_stop_takes_the_earliest_of_several(sdk):
    assert content(stream(sdk, "[simulate text=one two three four]", stop=["four", "three", "two th"])) == "one "


def test_stop_in_a_whole_response(sdk, simulator):
    messages = [{"role": "user", "content": "[simulate text=one two three four]"}]
    completion = sdk.chat.completions.create(model="gpt-4o", messages=messages, stop=[" three"])
    assert completion.choices[0].message.content == "one two"
    assert completion.choices[0].finish_reason == "stop"
    assert "x-gpt-proxy-dropped" not in sdk.chat.completions.with_raw_response.create(
        model="gpt-4o", messages=messages, stop=[" three"]
    ).headers


def test_stop_for_the_legacy_api(proxy):
    body = {"model": "gpt-4o", "prompt": "[simulate text=one two three]", "stop": "three"}
    assert proxy.post(body, path="/v1/completions").json["choices"][0]["text"] == "one two "
    with proxy.stream_of({**body, "stream": True}, "/v1/completions") as reply:
        *chunks, done = [data for _, data in events(reply.rest())]
    assert "".join(json.loads(chunk)["choices"][0]["text"] for chunk in chunks) == "one two "
    assert done == "[DONE]"


def test_stop_is_listed_as_dropped_where_responses_are_forwarded_unchanged(proxy, simulator):
    reply = proxy.ask("[simulate text=one two]", stop=["two"], n=2)
    assert reply.headers["x-gpt-proxy-dropped"] == "stop, n"
    assert reply.text == "one two"
    assert "stop" not in simulator.body


# --- n ---------------------------------------------------------------------------------------------------------------


def test_n_streamed_interleaves_the_choices(sdk, simulator):
    options = {"include_usage": True}
    chunks = stream(sdk, "[simulate pace=30 text=one two three four]", n=3, stream_options=options)
    for index in range(3):
        assert content(chunks, index) == "one two three four"
        assert finish_reasons(chunks, index) == ["stop"]
    order = [chunk.choices[0].index for chunk in chunks if chunk.choices]
    assert order != sorted(order)
    assert len({chunk.id for chunk in chunks}) == 1
    assert len(simulator.requests) == 3
    assert len({request["body"] for request in simulator.requests}) == 1
    assert "n" not in json.loads(simulator.requests[0]["body"])
    assert chunks[-1].usage.completion_tokens == 12


def test_n_whole_counts_the_prompt_once(sdk, simulator):
    messages = [{"role": "user", "content": "[simulate text=one two three]"}]
    one = sdk.chat.completions.create(model="gpt-4o", messages=messages)
    three = sdk.chat.completions.create(model="gpt-4o", messages=messages, n=3)
    assert [choice.index for choice in three.choices] == [0, 1, 2]
    assert {choice.message.content for choice in three.choices} == {"one two three"}
    assert three.usage.prompt_tokens == one.usage.prompt_tokens
    assert three.usage.completion_tokens == 3 * one.usage.completion_tokens


def test_a_choice_that_fails_before_any_output_fails_the_request(proxy, simulator):
    started = time.monotonic()
    for fields in ({}, {"stream": True}):
        simulator.forget()
        reply = proxy.ask("[simulate status=429 retry-after=90 times=1] hi", path=PATH, n=3, **fields)
        assert reply.status == 429
        assert reply.headers["retry-after"] == "90"
        assert reply.json["error"]["code"] == "rate_limit_exceeded"
    assert time.monotonic() - started < 20


def test_a_client_that_disconnects_cancels_the_requests_of_all_choices(proxy, simulator):
    reply = proxy.stream("[simulate pace=50 deltas=1000]", path=PATH, n=3)
    reply.read_until(b"content")
    reply.close()
    assert wait_until(lambda: [request["ending"] for request in simulator.requests] == ["client closed"] * 3)


def test_n_above_n_max_is_rejected(deploy, simulator):
    client = deploy(N_MAX="2").client
    assert client.ask("hi", path=PATH, n=2).status == 200
    simulator.forget()
    reply = client.ask("hi", path=PATH, n=3)
    assert reply.status == 400
    assert reply.json["error"]["param"] == "n"
    assert "<= 2" in reply.json["error"]["message"]
    assert simulator.requests == []


def test_n_is_one_line_in_the_log(deploy):
    deployment = deploy()
    deployment.client.ask("hi", path=PATH, n=3)
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    assert line["upstream_requests"] == 3
    assert line["emulated"] == "n"


# --- functions, function_call -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [False, True])
def test_functions_are_sent_as_tools_and_returned_as_function_calls(sdk, simulator, streamed):
    fields = {"functions": [WEATHER["function"]], "function_call": {"name": "get_weather"}}
    text = '[simulate call=get_weather text={"city":"Paris"}]'
    if streamed:
        chunks = stream(sdk, text, **fields)
        calls = [chunk.choices[0].delta.function_call for chunk in chunks if chunk.choices[0].delta.function_call]
        assert "".join(call.name or "" for call in calls) == "get_weather"
        assert "".join(call.arguments or "" for call in calls) == '{"city":"Paris"}'
        # OpenAI's reason for a call that the client forced.
        assert finish_reasons(chunks) == ["stop"]
    else:
        messages = [{"role": "user", "content": text}]
        choice = sdk.chat.completions.create(model="gpt-4o", messages=messages, **fields).choices[0]
        assert choice.message.function_call.arguments == '{"city":"Paris"}'
        assert choice.finish_reason == "stop"
    assert simulator.body["tools"][0]["name"] == "get_weather"
    assert simulator.body["tool_choice"] == {"type": "function", "name": "get_weather"}


# --- Token limits below 16 --------------------------------------------------------------------------------------------


def test_a_small_limit_cuts_the_stream(sdk, simulator):
    chunks = stream(sdk, "[simulate pace=30 text=one two three four five six seven]", max_tokens=3)
    assert content(chunks) == "one two three"
    assert finish_reasons(chunks) == ["length"]
    assert simulator.body["max_output_tokens"] == 16
    assert wait_until(lambda: simulator.request["ending"] == "client closed")


def test_a_small_limit_with_usage_reads_upstream_to_its_end(sdk, simulator):
    text = "[simulate text=one two three four five]"
    chunks = stream(sdk, text, max_completion_tokens=3, stream_options={"include_usage": True})
    assert content(chunks) == "one two three"
    assert finish_reasons(chunks) == ["length"]
    assert chunks[-1].usage.completion_tokens == 5


def test_a_small_limit_is_exact_with_logprobs(sdk, simulator):
    fields = {"logprobs": True, "model": "gpt-4.1"}
    full = stream(sdk, "[simulate play=08]", **fields)
    tokens = [token.token for chunk in full for choice in chunk.choices if choice.logprobs for token in choice.logprobs.content]
    assert len(tokens) > 2
    cut = stream(sdk, "[simulate play=08]", max_tokens=2, **fields)
    assert content(cut) == "".join(tokens[:2])
    assert finish_reasons(cut) == ["length"]


def test_a_whole_response_is_not_cut_and_the_header_lists_the_limit(proxy, simulator):
    reply = proxy.ask("[simulate text=one two three four]", path=PATH, max_tokens=3)
    assert reply.json["choices"][0]["message"]["content"] == "one two three four"
    assert reply.headers["x-gpt-proxy-dropped"] == "max_tokens"
    assert simulator.body["max_output_tokens"] == 16


def test_reasoning_headroom_is_added_to_the_limit(deploy, simulator):
    client = deploy(REASONING_HEADROOM="1000").client
    with client.stream("[simulate pace=20 text=one two three four]", path=PATH, max_tokens=2) as reply:
        data = [json.loads(data) for _, data in events(reply.rest())[:-1]]
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in data) == "one two"
    assert simulator.body["max_output_tokens"] == 1016
    simulator.forget()
    client.post(ask("hi", max_tokens=100) | {"model": "gpt-4.1"}, path=PATH)
    assert simulator.body["max_output_tokens"] == 100


# --- logprobs, web search, audio ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [False, True])
def test_logprobs_are_requested_and_returned_in_chat_completions_format(sdk, simulator, streamed):
    fields = {"model": "gpt-4.1", "logprobs": True, "top_logprobs": 2}
    messages = [{"role": "user", "content": "[simulate play=08]"}]
    if streamed:
        chunks = stream(sdk, "[simulate play=08]", **fields)
        tokens = [token for chunk in chunks for c in chunk.choices if c.logprobs for token in c.logprobs.content]
    else:
        tokens = sdk.chat.completions.create(messages=messages, **fields).choices[0].logprobs.content
    assert tokens[0].token and tokens[0].logprob <= 0 and tokens[0].bytes
    assert simulator.body["include"] == ["message.output_text.logprobs"]
    assert simulator.body["top_logprobs"] == 2


def test_web_search_options_become_the_web_search_tool(proxy, simulator):
    options = {"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"country": "FR"}}}
    assert proxy.ask("hi", path=PATH, web_search_options=options).status == 200
    assert simulator.body["tools"] == [
        {
            "type": "web_search",
            "search_context_size": "low",
            "user_location": {"type": "approximate", "country": "FR"},
        }
    ]


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "alloy", "format": "wav"}}, "audio"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": ""}}]}]},
            "messages[0].content[0]",
        ),
    ],
)
def test_the_error_for_audio_names_the_field(proxy, simulator, fields, param):
    reply = proxy.post(ask("hi") | fields, path=PATH)
    assert reply.status == 400
    assert reply.json["error"]["param"] == param
    assert simulator.requests == []


# --- parallel ----------------------------------------------------------------------------------------------------------

WRAPPED = json.dumps(
    {
        "tool_uses": [
            {"recipient_name": "functions.get_weather", "parameters": {"city": "Paris"}},
            {"recipient_name": "functions.get_weather", "parameters": {"city": "Rome"}},
        ]
    }
)


@pytest.mark.parametrize("streamed", [False, True])
def test_an_undeclared_parallel_call_is_split(sdk, streamed):
    text = f"[simulate call=parallel text={WRAPPED}]"
    fields = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], "tools": [WEATHER]}
    if streamed:
        with sdk.chat.completions.stream(**fields) as reply:
            choice = reply.get_final_completion().choices[0]
    else:
        choice = sdk.chat.completions.create(**fields).choices[0]
    calls = [(call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls]
    assert calls == [("get_weather", {"city": "Paris"}), ("get_weather", {"city": "Rome"})]
    assert len({call.id for call in choice.message.tool_calls}) == 2
    assert choice.finish_reason == "tool_calls"
