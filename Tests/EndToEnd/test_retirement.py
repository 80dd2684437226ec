"""Programs written for gpt-4o keep working after their models are shut down: through nginx, and as CGI programs."""

import json
import subprocess

import openai
import pytest

import clock
from client import Client, ask, events, library
from processes import ENVIRONMENT
from stack import PROXY_KEY, Deployment, Simulator, environment

DAY = "2026-12-12"
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def upstream(binaries):
    """An upstream on the day after gpt-5 was shut down."""
    simulator = Simulator(binaries, "--day", DAY)
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def installation(binaries, upstream):
    """A deployment with default settings on that day."""
    settings = environment(upstream.base, MODELS_FILE="") | clock.at(f"{DAY} 12:00:00")
    deployment = Deployment(binaries, settings)
    yield deployment
    deployment.stop()


@pytest.fixture
def sdk(installation, upstream):
    upstream.forget()
    with library(installation.nginx.port) as client:
        yield client


def assert_one_request(upstream, model):
    (request,) = upstream.requests
    assert request["status"] == 200
    assert json.loads(request["body"])["model"] == model


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    "model, sent",
    [
        ("gpt-4o", "gpt-6.1-sol"),
        ("gpt-4o-mini", "gpt-6.1-terra"),
        ("gpt-4-turbo", "gpt-5.6-sol"),
        ("gpt-3.5-turbo", "gpt-5.6-terra"),
        ("gpt-4o-2024-05-13", "gpt-5.6-sol"),
        ("o3-mini", "gpt-5.6-sol"),
    ],
)
def test_chat_completions_work_after_the_shutdown(sdk, upstream, model, sent, stream):
    messages = [{"role": "user", "content": "[simulate text=hello]"}]
    reply = sdk.chat.completions.create(model=model, messages=messages, stream=stream)
    text = "".join(c.choices[0].delta.content or "" for c in reply) if stream else reply.choices[0].message.content
    assert text == "hello"
    assert_one_request(upstream, sent)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_completions_work_after_the_shutdown(installation, upstream, stream):
    upstream.forget()
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": "[simulate text=hello]", "stream": stream}
    reply = Client(installation.nginx.port).post(body, path="/v1/completions")
    data = [json.loads(data) for _, data in events(reply.body)[:-1]] if stream else [reply.json]
    assert "".join(part["choices"][0]["text"] for part in data) == "hello"
    assert_one_request(upstream, "gpt-5.6-terra")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("body", [ask("hi"), {"prompt": "hi"}], ids=["gpt-4o", "no model"])
def test_the_proxy_route_works_after_the_shutdown(installation, upstream, body, stream):
    upstream.forget()
    reply = Client(installation.nginx.port).post(body | {"stream": stream})
    assert reply.status == 200
    assert reply.headers["x-gpt-proxy-model"] == "gpt-6.1-sol"
    assert reply.headers["x-gpt-proxy-retired"] == "gpt-5"
    assert_one_request(upstream, "gpt-6.1-sol")


def test_a_responses_request_is_adapted_to_the_replacement(sdk, upstream):
    sdk.responses.create(model="gpt-4-turbo", input="hi", temperature=0.2, reasoning={"effort": "minimal"})
    assert_one_request(upstream, "gpt-5.6-sol")
    sent = json.loads(upstream.request["body"])
    assert sent["reasoning"] == {"effort": "low"} and "temperature" not in sent


@pytest.mark.parametrize("path", ["/responses/compact", "/responses/input_tokens"])
def test_the_routes_below_responses_map_the_model_too(sdk, upstream, path):
    sdk.post(path, body={"model": "gpt-4o", "input": "hi"}, cast_to=object)
    assert_one_request(upstream, "gpt-6.1-sol")


def test_the_log_has_the_requested_the_sent_and_the_retired_model(installation, upstream):
    Client(installation.nginx.port).post(ask("hi"), path=CHAT)
    line = installation.responder.access_log()[-1]
    assert (line["model"], line["model_sent"], line["model_retired"]) == ("gpt-4o", "gpt-6.1-sol", "gpt-5")


def test_a_caller_that_may_use_the_old_model_may_use_its_replacement(binaries, upstream, directory, run):
    keys = directory / "keys"
    secret = run("key", "new", "team", "--models", "gpt-4-turbo", "--add", environment={"PROXY_KEYS_FILE": str(keys)}).stdout
    key = next(word for word in secret.split() if len(word) > 30 and not word.startswith("sha256"))
    settings = environment(upstream.base, MODELS_FILE="", PROXY_API_KEY=None, PROXY_KEYS_FILE=str(keys))
    deployment = Deployment(binaries, settings | clock.at(f"{DAY} 12:00:00"))
    try:
        client = Client(deployment.nginx.port)
        headers = {"X-API-KEY": key}
        assert client.post(ask("hi", model="gpt-4-turbo"), headers, CHAT).status == 200
        assert client.post(ask("hi", model="gpt-3.5-turbo"), headers, CHAT).status == 403
    finally:
        deployment.stop()


def test_an_effort_in_the_map_keeps_sampling_parameters(deploy, simulator):
    client = deploy(MODELS_FILE="", MODEL_MAP="gpt-4o=gpt-6-luna:none").client
    simulator.forget()
    reply = client.ask("hi", path=CHAT, temperature=0.2, top_p=0.9, logprobs=True)
    assert reply.status == 200 and "x-gpt-proxy-dropped" not in reply.headers
    sent = simulator.body
    assert (sent["model"], sent["reasoning"]) == ("gpt-6-luna", {"effort": "none"})
    assert (sent["temperature"], sent["top_p"]) == (0.2, 0.9)
    assert "message.output_text.logprobs" in sent["include"]


# --- Before the date, when upstream already lacks the model ---


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("path", ["/proxy", CHAT])
def test_a_model_that_is_shut_down_early_is_requested_only_once(deploy, simulator, path, stream):
    client = deploy().client
    simulator.forget()
    for _ in range(3):
        assert client.ask("[simulate missing=gpt-5] hi", path=path, stream=stream).status == 200
    models = [json.loads(request["body"])["model"] for request in simulator.requests]
    assert models == ["gpt-5"] + ["gpt-6.1-sol"] * 3


def test_a_model_without_a_replacement_is_refused(deploy, simulator):
    with library(deploy().nginx.port) as client, pytest.raises(openai.NotFoundError) as error:
        messages = [{"role": "user", "content": "[simulate missing=mine] hi"}]
        client.chat.completions.create(model="mine", messages=messages)
    assert error.value.code == "model_not_found"


# --- As a CGI program ---


def answer(binaries, directory, base, text, **settings):
    body = json.dumps(ask(text)).encode()
    variables = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": CHAT,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_API_KEY": PROXY_KEY,
    }
    ended = subprocess.run(
        [binaries / "gpt-proxy"],
        cwd=directory,
        env=ENVIRONMENT | environment(base) | variables | settings,
        input=body,
        capture_output=True,
        timeout=60,
    )
    return ended.stdout.decode()


def test_a_cgi_program_works_after_the_shutdown(binaries, directory, upstream):
    upstream.forget()
    assert answer(
        binaries, directory, upstream.base, "hi", MODELS_FILE="", **clock.at(f"{DAY} 00:00:01")
    ).startswith("Status: 200")
    assert_one_request(upstream, "gpt-6.1-sol")


def test_a_cgi_program_replaces_a_model_that_is_shut_down_early(binaries, directory, simulator):
    assert answer(binaries, directory, simulator.base, "[simulate missing=gpt-5] hi").startswith("Status: 200")
    assert [json.loads(request["body"])["model"] for request in simulator.requests] == ["gpt-5", "gpt-6.1-sol"]


# --- Warnings ---


def test_startup_warns_about_models_that_shut_down_within_two_months(binaries, upstream):
    settings = environment(upstream.base, MODELS_FILE="", STATUS_PATH="/status") | clock.at("2026-11-30 12:00:00")
    deployment = Deployment(binaries, settings)
    try:
        lines = [json.loads(line) for line in deployment.responder.log.splitlines()]
        warnings = {line["model"]: line["what"] for line in lines if line["level"] == "warning"}
        assert warnings["gpt-5"] == "shuts down on 2026-12-11; gpt-6.1-sol replaces it from that date"
        assert set(warnings) == {"gpt-5", "gpt-5-mini"}
        client = Client(deployment.nginx.port)
        assert "model:                gpt-5 shuts down on 2026-12-11; gpt-6.1-sol" in client.get("/status").body.decode()
        (first, _) = client.get("/status?json").json["retiring models"]
        assert (first["model"], first["shutdown"]) == ("gpt-5", "2026-12-11")
        metrics = client.get("/status?openmetrics").body.decode()
        assert 'gpt_proxy_model_shutdown_time_seconds{model="gpt-5"} 1796947200\n' in metrics
    finally:
        deployment.stop()


def test_startup_does_not_warn_if_no_model_shuts_down(default_deployment):
    assert "warning" not in default_deployment.responder.log.splitlines()[0]


def test_check_warns_and_prefers_upstreams_shutdown_date(run, simulator, start, directory):
    keys = environment(simulator.base, MODELS_FILE="")
    ended = run("check", environment=keys | clock.at("2026-11-30 12:00:00"))
    assert "warning  models: gpt-5 shuts down on 2026-12-11; gpt-6.1-sol replaces it from that date" in ended.stdout
    assert ended.returncode == 0
    later = directory / "later.csv"
    later.write_text("model,shutdown\ngpt-5,2026-12-01\ngpt-5-mini,-\n")
    # The simulator reports the same dates as the built-in catalogue.
    ended = run("check", "--upstream", environment=keys | {"MODELS_FILE": str(later)} | clock.at("2026-11-30 12:00:00"))
    assert "gpt-5 shuts down on 2026-12-11; gpt-6.1-sol" in ended.stdout
    assert "shuts down on 2026-12-11 according to upstream, on 2026-12-01 according to the catalogue" in ended.stdout


# --- The other API ---


def test_requests_for_audio_models_go_to_chat_completions(deploy, simulator):
    deployment = deploy()
    simulator.forget()
    with library(deployment.nginx.port) as client:
        reply = client.chat.completions.create(
            model="gpt-audio-1.5",
            messages=[{"role": "user", "content": "[simulate text=hello]"}],
            modalities=["text", "audio"],
            audio={"voice": "alloy", "format": "wav"},
        )
    assert reply.choices[0].message.audio.transcript == "hello"
    assert simulator.request["path"] == CHAT


def test_the_error_for_tools_names_the_api_that_supports_them(deploy, simulator, run):
    client = deploy(MODEL_MAP="gpt-4o=gpt-6.1-sol", TARGET_API="chat").client
    tools = [{"type": "function", "function": {"name": "f"}}]
    reply = client.ask("hi", path=CHAT, tools=tools)
    assert reply.status == 400
    assert "the Responses API takes them (TARGET_API=responses)" in reply.json["error"]["message"]
    settings = {"MODEL_MAP": "gpt-4o=gpt-6.1-sol", "TARGET_API": "chat"}
    output = run("map", "--route", CHAT, input=json.dumps(ask("hi", tools=tools)), environment=settings).stderr
    assert "warned: tools are refused by Chat Completions with gpt-6.1-sol" in output
    checked = run("check", environment=environment(simulator.base, **settings)).stdout
    assert "warning  TARGET_API: Chat Completions rejects function tools with gpt-6.1-sol" in checked
