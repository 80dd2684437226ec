"""Failures raise the usual exceptions of OpenAI's own library: programs handle them without knowing of a proxy."""

import openai
import pytest

from client import library
from processes import wait_until
from stack import OPENAI_KEY, free_port


def ask(client, text, **options):
    return client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": text}], **options
    )


def test_a_wrong_key(default_deployment, simulator):
    with library(default_deployment.nginx.port, api_key="sk-wrong") as client:
        with pytest.raises(openai.AuthenticationError) as error:
            ask(client, "hi")
    assert error.value.code == "invalid_api_key"
    assert "sk-wrong" not in str(error.value)
    assert simulator.requests == []


@pytest.mark.parametrize(
    "param, options",
    [
        ("modalities", {"modalities": ["text", "audio"]}),
        ("response_format.json_schema.name", {"response_format": {"type": "json_schema", "json_schema": {}}}),
        ("messages", {"messages": []}),
        (
            "messages[0].content[0]",
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
                    }
                ]
            },
        ),
    ],
)
def test_the_error_for_an_invalid_field_names_it(sdk, simulator, param, options):
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **options}
    with pytest.raises(openai.BadRequestError) as error:
        sdk.chat.completions.create(**request)
    assert error.value.param == param
    assert error.value.type == "invalid_request_error"
    assert simulator.requests == []


def test_a_path_that_is_not_served(sdk, simulator):
    with pytest.raises(openai.NotFoundError) as error:
        sdk.files.list()
    assert error.value.body["message"] == "Invalid URL (GET /v1/files)"
    assert simulator.requests == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "status, kind",
    [
        (400, openai.BadRequestError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_an_upstream_error_raises_the_matching_exception(sdk, status, kind, stream):
    with pytest.raises(kind) as error:
        ask(sdk, f"[simulate status={status} retry-after=90]", stream=stream)
    assert error.value.status_code == status
    assert error.value.body["message"] == f"Simulated failure with status {status}."
    assert error.value.response.headers["retry-after"] == "90"
    assert error.value.request_id.startswith("req_")


@pytest.mark.parametrize("status", [401, 403])
def test_upstreams_rejection_of_the_proxys_key_raises_a_server_error(sdk, status):
    with pytest.raises(openai.InternalServerError) as error:
        ask(sdk, f"[simulate status={status}]")
    assert error.value.status_code == 502
    assert "Simulated" not in error.value.response.text
    assert OPENAI_KEY[:8] not in error.value.response.text


def test_the_librarys_own_retries_succeed(deploy, simulator):
    with library(deploy(RETRIES="0").nginx.port, max_retries=2) as client:
        assert ask(client, "[simulate status=503 times=1]").choices
    assert len(simulator.requests) == 2


def test_the_retries_of_the_library_and_the_proxy_do_not_multiply(default_deployment, simulator):
    with library(default_deployment.nginx.port, max_retries=2) as client:
        with pytest.raises(openai.InternalServerError):
            ask(client, "[simulate status=503]")
    assert len(simulator.requests) == 3


def test_an_upstream_that_is_not_reachable(deploy):
    deployment = deploy(OPENAI_BASE=f"http://127.0.0.1:{free_port()}/v1")
    with library(deployment.nginx.port) as client, pytest.raises(openai.InternalServerError) as error:
        ask(client, "hi")
    assert (error.value.status_code, error.value.code) == (502, "upstream_unreachable")


def test_a_client_timeout_cancels_the_upstream_request(sdk, simulator):
    with pytest.raises(openai.APITimeoutError):
        ask(sdk.with_options(timeout=1), "[simulate hang]")
    assert wait_until(lambda: simulator.request["ending"] == "client closed")


@pytest.mark.parametrize("words", ["error-event", "cut=7", "no-terminal", "play=11", "play=12"])
def test_a_stream_that_fails_raises_after_its_text(sdk, words):
    received = ""
    with pytest.raises(openai.APIError) as error:
        for chunk in ask(sdk, f"[simulate {words}] one two three four five", stream=True):
            assert chunk.choices[0].finish_reason is None
            received += chunk.choices[0].delta.content or ""
    assert received
    assert not isinstance(error.value, openai.APIStatusError)
    assert error.value.message
    assert error.value.code
    if words == "play=12":
        assert (error.value.code, error.value.type) == ("rate_limit_exceeded", "tokens")


def test_a_forwarded_chat_stream_that_breaks_off_raises(deploy):
    deployment = deploy(TARGET_API="chat")
    received = ""
    with library(deployment.nginx.port) as client, pytest.raises(openai.APIError) as error:
        for chunk in ask(client, "[simulate cut=4] one two three", stream=True):
            received += chunk.choices[0].delta.content or ""
    assert received
    assert error.value.code == "upstream_cut"
