"""Parameters that the target rejects: dropped and listed, rejected, or sent; and those that only upstream rejects."""

import json

import pytest

from client import ask
from processes import wait_until

PATH = "/v1/chat/completions"

# A value with an effect for each parameter without a counterpart.
REFUSED = {
    "seed": 7,
    "prediction": {"type": "content", "content": "x"},
    "logit_bias": {"50256": -100},
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "top_k": 3,
}


@pytest.mark.parametrize("field", REFUSED)
def test_unsupported_parameters_are_dropped_and_listed_by_default(proxy, simulator, field):
    reply = proxy.ask("hi", path=PATH, **{field: REFUSED[field]})
    assert reply.status == 200
    assert reply.headers["x-gpt-proxy-dropped"] == field
    assert field not in simulator.body


@pytest.mark.parametrize("field", REFUSED)
def test_unsupported_parameters_are_rejected_with_reject(default_deployment, deploy, simulator, field):
    client = deploy(UNSUPPORTED_PARAMS="reject").client
    reply = client.ask("hi", path=PATH, **{field: REFUSED[field]})
    assert reply.status == 400
    assert reply.json["error"]["param"] == field
    assert reply.json["error"]["code"] == "unsupported_parameter"
    assert simulator.requests == []


def test_unsupported_parameters_are_sent_with_forward(deploy, simulator):
    reply = deploy(UNSUPPORTED_PARAMS="forward").client.ask("hi", path=PATH, seed=7)
    assert simulator.body["seed"] == 7
    assert reply.status == 400
    assert reply.json["error"]["message"] == "Unknown parameter: 'seed'."


def test_dropped_parameters_are_logged(deploy):
    deployment = deploy()
    deployment.client.ask("hi", path=PATH, seed=7, top_k=3)
    assert wait_until(deployment.responder.access_log)
    assert deployment.responder.access_log()[0]["dropped"] == "seed, top_k"


@pytest.mark.parametrize(
    "model, effort, is_taken",
    [
        ("gpt-4.1", None, True),
        ("gpt-5", None, False),
        ("gpt-5.1", None, True),
        ("gpt-5.1", "high", False),
        ("gpt-5.6-terra", None, False),
        ("gpt-5.6-terra", "none", True),
    ],
)
def test_sampling_depends_on_model_and_effort(proxy, simulator, model, effort, is_taken):
    fields = {"model": model, "temperature": 0.5, "top_p": 0.5, "logprobs": True}
    if effort:
        fields["reasoning_effort"] = effort
    reply = proxy.post(ask("hi") | fields, path=PATH)
    assert reply.status == 200
    assert ("temperature" in simulator.body) == is_taken
    assert ("top_p" in simulator.body) == is_taken
    assert ("include" in simulator.body) == is_taken
    assert reply.headers["x-gpt-proxy-dropped"] == (None if is_taken else "temperature, top_p, logprobs")


# --- Corrections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def client(deploy):
    """A client of a new deployment, which remembers no rejected parameters yet."""
    return deploy().client


@pytest.mark.parametrize("path", [PATH, "/proxy"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_parameter_that_upstream_rejects_is_removed_and_the_request_sent_again(client, simulator, path, stream):
    body = ask("[simulate refuse=text.verbosity] hi", stream=stream, verbosity="low")
    reply = client.post(body, path=path)
    assert reply.status == 200
    assert reply.headers["x-gpt-proxy-dropped"] == "verbosity"
    first, second = [json.loads(request["body"]) for request in simulator.requests]
    assert first["text"] == {"verbosity": "low"}
    assert second == {name: value for name, value in first.items() if name != "text"}


def test_a_rejected_parameter_is_remembered_for_that_model(client, simulator):
    for _ in range(2):
        client.ask("[simulate refuse=service_tier] hi", path=PATH, service_tier="flex")
    assert len(simulator.requests) == 3
    simulator.forget()
    reply = client.ask("hi", path=PATH, service_tier="flex")
    assert "service_tier" not in simulator.body
    assert reply.headers["x-gpt-proxy-dropped"] == "service_tier"
    simulator.forget()
    client.post(ask("hi", service_tier="flex") | {"model": "gpt-5-mini"}, path=PATH)
    assert simulator.body["service_tier"] == "flex"


def test_removed_parameters_are_logged_even_if_the_request_fails(deploy, simulator):
    deployment = deploy()
    deployment.client.ask("[simulate refuse=service_tier] hi", path=PATH, service_tier="flex")
    reply = deployment.client.ask("[simulate status=429] hi", path=PATH, service_tier="flex")
    assert reply.headers["x-gpt-proxy-dropped"] == "service_tier"
    assert wait_until(lambda: len(deployment.responder.access_log()) == 2)
    healed, failed = deployment.responder.access_log()
    assert healed["upstream_requests"] == 2
    assert failed["dropped"] == "service_tier"


def test_top_logprobs_without_logprobs_is_listed_as_dropped(proxy, simulator):
    assert proxy.ask("hi", path=PATH, top_logprobs=2).headers["x-gpt-proxy-dropped"] == "top_logprobs"


def test_several_rejected_parameters_are_removed_one_by_one(client, simulator):
    body = ask("[simulate refuse=service_tier] hi", service_tier="flex", verbosity="low")
    assert client.post(body, path=PATH).status == 200
    body = ask("[simulate refuse=text.verbosity] hi", service_tier="flex", verbosity="low")
    assert client.post(body, path=PATH).headers["x-gpt-proxy-dropped"] == "service_tier, verbosity"
    assert len(simulator.requests) == 4


@pytest.mark.parametrize("field", ["model", "input", "tools", "tool_choice", "store", "text.format"])
def test_required_parameters_are_never_removed(client, simulator, field):
    tool = {"type": "function", "function": {"name": "f"}}
    body = ask(
        f"[simulate refuse={field}] hi",
        tools=[tool],
        tool_choice="auto",
        response_format={"type": "json_object"},
    )
    reply = client.post(body, path=PATH)
    assert reply.status == 400
    assert reply.json["error"]["param"] == field
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_other_errors_remove_no_parameters(client, simulator, status):
    client.ask(f"[simulate status={status}] hi", path=PATH, verbosity="low")
    assert {json.loads(request["body"])["text"]["verbosity"] for request in simulator.requests} == {"low"}


@pytest.mark.parametrize("policy", ["reject", "forward"])
def test_reject_and_forward_remove_no_parameters(deploy, simulator, policy):
    client = deploy(UNSUPPORTED_PARAMS=policy).client
    reply = client.ask("[simulate refuse=text.verbosity] hi", path=PATH, verbosity="low")
    assert reply.status == 400
    assert reply.json["error"]["param"] == "text.verbosity"
    assert len(simulator.requests) == 1


def test_rejected_parameters_are_removed_for_chat_targets_too(deploy, simulator):
    client = deploy(TARGET_API="chat").client
    reply = client.ask("[simulate refuse=verbosity] hi", path=PATH, verbosity="low")
    assert reply.status == 200
    assert reply.headers["x-gpt-proxy-dropped"] == "verbosity"
