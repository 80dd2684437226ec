"""OpenAI's own library as the client of /v1/chat/completions: only its base URL and its key are different."""

import asyncio
import json
import time

import openai
import pytest
from pydantic import BaseModel

from client import library
from processes import wait_until
from stack import PROXY_KEY


def user(text):
    return [{"role": "user", "content": text}]


def exchange(vectors, name):
    """A recorded request of a client, and the choice that it should get."""
    request = json.loads((vectors / f"requests/{name}.chat.json").read_text())
    completion = json.loads((vectors / f"expected/{name}.completion.json").read_text())
    return request, completion["choices"][0]


def text(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def test_a_whole_response(sdk, simulator):
    completion = sdk.chat.completions.create(model="gpt-4o", messages=user("[simulate text=hello there]"))
    assert completion.choices[0].message.content == "hello there"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0
    assert simulator.request["path"] == "/v1/responses"
    assert simulator.body["model"] == "gpt-5"


def test_a_stream_arrives_while_it_is_generated(sdk):
    messages = user("[simulate pace=200 text=one two three four]")
    times = []
    chunks = []
    for chunk in sdk.chat.completions.create(model="gpt-4o", messages=messages, stream=True):
        chunks.append(chunk)
        if chunk.choices[0].delta.content:
            times.append(time.monotonic())
    assert text(chunks) == "one two three four"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices[0].finish_reason] == ["stop"]
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert len(times) == 4
    assert times[-1] - times[0] > 0.4


def test_a_stream_has_usage_only_if_requested(sdk):
    def chunks(**options):
        return list(sdk.chat.completions.create(model="gpt-4o", messages=user("hi"), stream=True, **options))

    *others, last = chunks(stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage.completion_tokens > 0
    assert all(chunk.usage is None and chunk.choices for chunk in others)
    assert all(chunk.usage is None and chunk.choices for chunk in chunks())


def test_closing_a_stream_cancels_the_upstream_request(sdk, simulator):
    stream = sdk.chat.completions.create(
        model="gpt-4o", messages=user("[simulate pace=50 deltas=2000]"), stream=True
    )
    with stream:
        next(stream)
    assert wait_until(lambda: simulator.request["ending"] == "client closed")


class Person(BaseModel):
    name: str
    age: int
    tags: list[str]


PERSON = user('Extract: Zoë, 41, likes C++ and "quotes".')
ZOE = Person(name="Zoë", age=41, tags=["C++", '"quotes"'])


def test_structured_output_is_parsed(sdk, simulator):
    completion = sdk.chat.completions.parse(model="gpt-4o", messages=PERSON, response_format=Person)
    assert completion.choices[0].message.parsed == ZOE
    form = simulator.body["text"]["format"]
    assert (form["type"], form["name"], form["strict"]) == ("json_schema", "Person", True)
    assert form["schema"]["required"] == ["name", "age", "tags"]


def test_structured_output_is_parsed_from_a_stream(sdk):
    with sdk.chat.completions.stream(model="gpt-4o", messages=PERSON, response_format=Person) as stream:
        kinds = {event.type for event in stream}
        assert stream.get_final_completion().choices[0].message.parsed == ZOE
    assert {"chunk", "content.delta", "content.done"} <= kinds


def test_a_refusal(sdk, vectors):
    request, expected = exchange(vectors, "03_refusal")
    message = sdk.chat.completions.create(**request).choices[0].message
    assert message.content is None
    assert message.refusal == expected["message"]["refusal"]
    chunks = sdk.chat.completions.create(**request, stream=True)
    assert "".join(chunk.choices[0].delta.refusal or "" for chunk in chunks) == expected["message"]["refusal"]


def test_logprobs(sdk, vectors):
    request, expected = exchange(vectors, "08_logprobs")
    entries = expected["logprobs"]["content"]
    whole = sdk.chat.completions.create(**request).choices[0].logprobs
    assert [entry.to_dict() for entry in whole.content] == entries
    chunks = sdk.chat.completions.create(**request, stream=True)
    parts = [chunk.choices[0].logprobs for chunk in chunks]
    assert [entry.token for part in parts if part for entry in part.content] == [
        entry["token"] for entry in entries
    ]


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_a_token_limit_is_sent_upstream(sdk, simulator, field):
    sdk.chat.completions.create(
        model="gpt-5", messages=user("hi"), reasoning_effort="low", verbosity="low", **{field: 500}
    )
    assert simulator.body["max_output_tokens"] == 500
    assert simulator.body["reasoning"]["effort"] == "low"
    assert simulator.body["text"]["verbosity"] == "low"


def test_an_incomplete_response_has_finish_reason_length(sdk, vectors):
    request, expected = exchange(vectors, "09_incomplete_max_output_tokens")
    choice = sdk.chat.completions.create(**request).choices[0]
    assert (choice.finish_reason, choice.message.content) == ("length", expected["message"]["content"])


def test_upstreams_headers_are_forwarded(sdk):
    for options in [{}, {"stream": True}]:
        raw = sdk.chat.completions.with_raw_response.create(model="gpt-4o", messages=user("hi"), **options)
        assert raw.headers["x-request-id"].startswith("req_")
        assert raw.headers["x-ratelimit-remaining-tokens"] == "1999900"
        assert raw.headers["openai-processing-ms"] == "12"
        assert raw.headers["openai-version"] == "2020-10-01"
    assert sdk.chat.completions.create(model="gpt-4o", messages=user("hi"))._request_id.startswith("req_")


def test_dropped_parameters_are_listed_in_a_header(sdk, simulator):
    raw = sdk.chat.completions.with_raw_response.create(
        model="gpt-4o", messages=user("hi"), seed=7, temperature=0.2, presence_penalty=1
    )
    dropped = set(raw.headers["x-gpt-proxy-dropped"].split(", "))
    assert dropped == {"seed", "temperature", "presence_penalty"}
    assert not dropped & simulator.body.keys()


def test_the_key_may_be_sent_in_x_api_key(default_deployment, simulator):
    with library(default_deployment.nginx.port, default_headers={"X-API-KEY": PROXY_KEY}) as client:
        for headers in [{}, {"Authorization": openai.Omit()}]:
            assert client.chat.completions.create(model="gpt-4o", messages=user("hi"), extra_headers=headers).choices
    assert PROXY_KEY not in str(simulator.requests)


def test_environment_variables_are_enough(default_deployment, simulator, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{default_deployment.nginx.port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", PROXY_KEY)
    with openai.OpenAI() as client:
        assert client.chat.completions.create(model="gpt-4o", messages=user("hi")).choices


def test_many_concurrent_requests(default_deployment, simulator):
    """Whole and streamed requests alternate, all on the same few connections."""

    async def ask(client, number):
        request = {"model": "gpt-4o", "messages": user(f"[simulate pace=10 text=this is number {number} .]")}
        if number % 2:
            return text([chunk async for chunk in await client.chat.completions.create(**request, stream=True)])
        return (await client.chat.completions.create(**request)).choices[0].message.content

    async def ask_all():
        async with library(default_deployment.nginx.port, openai.AsyncOpenAI) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(40)))

    assert asyncio.run(ask_all()) == [f"this is number {number} ." for number in range(40)]
    assert len(simulator.requests) == 40
