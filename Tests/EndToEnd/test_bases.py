"""Several bases: used in their order, each with its own key and model names, and skipped while they fail."""

import json

import pytest

from client import ask
from processes import wait_until
from relay import Relay
from stack import OPENAI_KEY, PROXY_KEY, environment, free_port

SECOND_KEY = "canary-openai-key-second"


def refuse(exchange):
    assert exchange.body
    exchange.send(b"HTTP/1.1 503 x\r\nContent-Length: 2\r\n\r\n{}")


@pytest.fixture
def first():
    """A base that a test can make fail: its act is in `acts` at the path of the Responses API."""
    relay = Relay()
    yield relay
    relay.stop()


@pytest.fixture
def deploy_both(deploy, simulator, first):
    """Deploys with `first`, or the given base, as the first base and the simulator as the second."""

    def deploy_both(base=None, **settings):
        first.simulator = simulator.base
        bases = f"{base or first.base}, {simulator.base}"
        return deploy(OPENAI_BASE=bases, OPENAI_API_KEY_2=SECOND_KEY, **settings)

    return deploy_both


def authorization(request):
    return {name.lower(): value for name, value in request["headers"]}["authorization"]


def only_line(deployment):
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    return line


def test_only_the_first_base_gets_requests_while_it_works(deploy_both, first, simulator):
    deployment = deploy_both()
    for _ in range(5):
        assert deployment.client.ask("hi").status == 200
    assert sum(first.accepted.values()) == 5
    assert {authorization(request) for request in simulator.requests} == {f"Bearer {OPENAI_KEY}"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/proxy", "/v1/chat/completions"])
def test_a_base_that_is_not_reachable_fails_no_request(deploy_both, simulator, path, stream):
    deployment = deploy_both(base=f"http://127.0.0.1:{free_port()}/v1", RETRIES="0")
    reply = deployment.client.ask("hi", path=path, stream=stream)
    assert reply.status == 200
    assert authorization(simulator.request) == f"Bearer {SECOND_KEY}"
    line = only_line(deployment)
    assert (line["retries"], line["upstream_base"]) == (1, simulator.base.removesuffix("/v1"))


def test_a_base_that_keeps_failing_is_skipped(deploy_both, first, simulator):
    first.acts["/v1/responses"] = refuse
    deployment = deploy_both()
    for _ in range(10):
        assert deployment.client.ask("hi").status == 200
    assert sum(first.accepted.values()) == 3
    assert len(simulator.requests) == 10
    assert "circuit breaker opened" in deployment.responder.log


def test_a_base_that_has_recovered_is_used_again(deploy_both, first, simulator):
    def exhausted(exchange):
        assert exchange.body
        exchange.send(b"HTTP/1.1 429 x\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}")

    first.acts["/v1/responses"] = exhausted
    deployment = deploy_both()
    for _ in range(3):
        assert deployment.client.ask("hi").status == 200
    assert sum(first.accepted.values()) == 1
    del first.acts["/v1/responses"]
    assert wait_until(lambda: deployment.client.ask("hi").status == 200 and sum(first.accepted.values()) > 1)
    assert wait_until(lambda: "upstream base recovered" in deployment.responder.log)


def test_when_all_bases_fail_each_is_tried_once(deploy_both, first, simulator):
    first.acts["/v1/responses"] = refuse
    reply = deploy_both(RETRIES="0").client.ask("[simulate status=503]", path="/v1/chat/completions")
    assert reply.status == 503
    assert reply.headers["x-should-retry"] == "false"
    assert (sum(first.accepted.values()), len(simulator.requests)) == (1, 1)


def test_a_base_that_rejects_its_key_is_failed_over(deploy_both, first, simulator):
    def unauthorized(exchange):
        assert exchange.body
        exchange.send(b"HTTP/1.1 401 x\r\nContent-Length: 2\r\n\r\n{}")

    first.acts["/v1/responses"] = unauthorized
    assert deploy_both().client.ask("hi").status == 200


def test_models_may_have_other_names_at_another_base(deploy_both, simulator):
    deployment = deploy_both(base=f"http://127.0.0.1:{free_port()}/v1", MODEL_MAP_2="gpt-5=gpt-5-mini")
    body = ask("hi", tools=[{"type": "function", "function": {"name": "f", "parameters": {"model": "gpt-5"}}}])
    assert deployment.client.post(body, path="/v1/chat/completions").status == 200
    assert simulator.body["model"] == "gpt-5-mini"
    assert simulator.body["tools"][0]["parameters"] == {"model": "gpt-5"}
    simulator.forget()
    deployment.client.post(ask("hi") | {"model": "gpt-5.1"})
    assert simulator.body["model"] == "gpt-5.1"


def test_a_response_of_another_base_names_the_model_that_the_client_asked_for(deploy_both):
    client = deploy_both(base=f"http://127.0.0.1:{free_port()}/v1", MODEL_MAP_2="gpt-5=gpt-5-mini").client
    assert client.post(ask("hi") | {"model": "gpt-5"}, path="/v1/chat/completions").json["model"] == "gpt-5"


def test_a_retired_model_may_still_exist_at_another_base(deploy_both, simulator, tmp_path):
    rows = tmp_path / "models.csv"
    rows.write_text("model,shutdown,replacement\ngpt-5,2020-01-01,gpt-6-luna\n")
    here = f"http://127.0.0.1:{free_port()}/v1"
    client = deploy_both(base=here, MODELS_FILE=str(rows), MODEL_MAP_2="gpt-5=my-deployment").client
    assert client.ask("hi").status == 200
    assert simulator.body["model"] == "my-deployment"


def test_a_model_missing_at_one_base_is_still_requested_from_the_first(deploy_both, first, simulator):
    client = deploy_both().client
    first.acts["/v1/responses"] = refuse
    assert client.ask("[simulate missing=gpt-5] hi").headers["x-gpt-proxy-model"] == "gpt-6.1-sol"
    del first.acts["/v1/responses"]
    simulator.forget()
    assert client.ask("hi").headers["x-gpt-proxy-model"] == "gpt-5"


def test_neither_base_gets_the_others_key(deploy_both, first, simulator):
    seen = []

    def look_and_refuse(exchange):
        seen.append(exchange.request.fields["authorization"])
        refuse(exchange)

    first.acts["/v1/responses"] = look_and_refuse
    deploy_both().client.ask("hi")
    assert seen == [f"Bearer {OPENAI_KEY}"]
    assert OPENAI_KEY not in json.dumps(simulator.requests)


# --- Configuration ----------------------------------------------------------------------------------------------------

TWO = {"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY, "OPENAI_BASE": "https://a.example/v1,https://b.example"}


def test_check_shows_the_settings_of_each_base(run):
    ended = run("check", environment={**TWO, "OPENAI_API_KEY_2": SECOND_KEY, "MODEL_MAP_2": "gpt-5=x"})
    assert ended.returncode == 0
    assert ended.stdout.partition("\n\n")[0].splitlines()[-2:] == ["OPENAI_API_KEY_2=(set, not shown)", "MODEL_MAP_2=gpt-5=x"]
    assert SECOND_KEY not in ended.stdout


@pytest.mark.parametrize(
    "settings, reported",
    [
        ({}, "OPENAI_API_KEY_2: is not set"),
        ({"OPENAI_API_KEY_2_FILE": "/does/not/exist"}, "OPENAI_API_KEY_2: cannot read /does/not/exist: "),
        ({"OPENAI_API_KEY_2": "x", "MODEL_MAP_2": "gpt-5"}, "MODEL_MAP_2: the entry 'gpt-5'"),
        ({"OPENAI_BASE": "https://a.example,ftp://b.example"}, "OPENAI_BASE: "),
        ({"OPENAI_BASE": ","}, "OPENAI_BASE: "),
        ({"OPENAI_BASE": ",".join(["https://a.example"] * 10)}, "OPENAI_BASE: names 10 addresses"),
    ],
)
def test_missing_settings_are_named(run, settings, reported):
    ended = run("check", environment={**TWO, **settings})
    assert ended.returncode == 78
    assert reported in ended.stderr


def test_check_tests_each_base(run, binaries, simulator):
    settings = environment(f"{simulator.base},http://127.0.0.1:{free_port()}/v1", OPENAI_API_KEY_2=SECOND_KEY)
    ended = run("check", "--upstream", environment=settings)
    assert ended.returncode == 1
    assert "answers with status 200" in ended.stdout
    assert "could not connect" in ended.stderr
