"""LiteLLM's server as upstream: it has the Responses API, and asks the simulator's Chat Completions for it."""

import http.client
import json

import openai
import pytest

from client import Client, ask, events, library
from processes import REPOSITORY, Process, remove, temporary_directory, wait_until
from stack import Deployment, environment, free_port
from test_foreign_upstreams import CHUNKS, COMPLETION, SAID, TEXT, USAGE_CHUNK, joined
from upstream import Upstream

PROGRAM = REPOSITORY / ".build/foreign-upstreams-python/bin/litellm"
KEY = "sk-litellm-0123456789abcdef"

CONFIGURATION = """
model_list:
  - model_name: "scripted"
    litellm_params: {{model: deepseek/gpt-4o, api_base: "{scripted}", api_key: sk-scripted}}
  - model_name: "*"
    litellm_params: {{model: deepseek/gpt-4o, api_base: "{base}", api_key: sk-simulated}}
litellm_settings: {{telemetry: false, drop_params: true, num_retries: 0}}
general_settings: {{master_key: {key}}}
"""


@pytest.fixture(scope="module")
def scripted():
    """A server of Chat Completions that calls a tool; the simulator's does not."""
    upstream = Upstream()
    yield upstream
    upstream.stop()


@pytest.fixture(scope="module")
def litellm(the_simulator, scripted):
    """The address of LiteLLM's server."""
    if not PROGRAM.exists():
        pytest.skip("LiteLLM is not installed: 'deploy/test upstreams' installs it")
    directory, port = temporary_directory(), free_port()
    (directory / "config.yaml").write_text(CONFIGURATION.format(base=the_simulator.base, scripted=scripted.base, key=KEY))
    arguments = [PROGRAM, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    settings = {"HOME": str(directory), "NO_DOCS": "True", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1"}
    server = Process("litellm", list(map(str, arguments)), directory, settings)

    def responds():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health/liveliness")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    assert wait_until(responds, timeout=120, interval=0.2), server.log
    yield f"http://127.0.0.1:{port}/v1"
    server.stop()
    remove(directory)


@pytest.fixture
def deployment(binaries, simulator, litellm):
    deployment = Deployment(binaries, environment(litellm, OPENAI_API_KEY=KEY, RETRIES="0"))
    yield deployment
    deployment.stop()


@pytest.fixture
def sdk(deployment):
    with library(deployment.nginx.port, _strict_response_validation=False) as client:
        yield client


def metered(deployment):
    """Whether the log has the tokens of every request."""
    assert wait_until(deployment.responder.access_log), "the log has no request line"
    return all(line["input_tokens"] > 0 and line["output_tokens"] > 0 for line in deployment.responder.access_log())


TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]


def test_a_whole_completion(deployment, sdk, simulator):
    reply = sdk.chat.completions.create(**ask("hello there"))
    (choice,) = reply.choices
    assert "hello there" in choice.message.content and choice.finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert metered(deployment)
    assert simulator.request["path"].endswith("/chat/completions")


def test_a_streamed_completion(deployment, sdk):
    parts = list(sdk.chat.completions.create(**ask("hello there"), stream=True))
    text = [part.choices[0].delta.content or "" for part in parts if part.choices]
    assert "hello there" in "".join(text) and len([piece for piece in text if piece]) > 2
    assert [part.choices[0].finish_reason for part in parts if part.choices][-1] == "stop"
    assert metered(deployment)


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_of_a_tool(binaries, litellm, scripted, stream):
    deployment = Deployment(binaries, environment(litellm, OPENAI_API_KEY=KEY, RETRIES="0", MODEL_MAP="gpt-4o=scripted"))
    if stream:
        scripted.streams(*[("", data) for data in [*CHUNKS, USAGE_CHUNK]])
        scripted.body += b"data: [DONE]\n\n"
    else:
        scripted.says(COMPLETION)
    try:
        with library(deployment.nginx.port, _strict_response_validation=False) as sdk:
            reply = sdk.chat.completions.create(**ask("weather?"), tools=TOOLS, stream=stream)
            if stream:
                assert joined(reply) == SAID
            else:
                (call,) = reply.choices[0].message.tool_calls
                assert (call.function.name, call.id, call.function.arguments) == ("f", "call_1", '{"a":1}')
                assert (reply.choices[0].message.content, reply.choices[0].finish_reason) == (TEXT, "tool_calls")
        assert metered(deployment)
    finally:
        deployment.stop()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/proxy", "/v1/responses"])
def test_a_response_that_is_passed_on(deployment, path, stream):
    client = Client(deployment.nginx.port)
    body = {"model": "gpt-4o", "input": "hello there", "stream": stream}
    if path == "/proxy":
        body = ask("hello there", stream=stream)
    with client.stream_of(body, path) as reply:
        said = reply.rest()
    if stream:
        received = [json.loads(data) for _, data in events(said) if data != "[DONE]"]
        assert [event["type"] for event in received].count("response.completed") == 1
        assert not any("error" in event["type"] for event in received)
    else:
        assert "hello there" in json.loads(said)["output"][-1]["content"][0]["text"]
    assert metered(deployment)


def test_an_error_keeps_its_status_and_its_words(deployment, sdk):
    with pytest.raises(openai.APIStatusError) as caught:
        sdk.chat.completions.create(**ask("[simulate status=400] hello"))
    assert caught.value.status_code == 400
    assert caught.value.body["message"]
