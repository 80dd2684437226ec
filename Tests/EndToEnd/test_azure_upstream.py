"""Azure as upstream: a base with a query, deployments' names, and errors of its content filter."""

import json

import openai
import pytest

from client import ask, library

FILTERED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure's content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"violence": {"filtered": True, "severity": "high"}},
        },
    }
}


@pytest.fixture
def azure(deploy, simulator):
    return deploy(
        OPENAI_BASE=f"{simulator.base}?api-version=preview",
        MODEL_MAP="gpt-4o=my-deployment",
    )


@pytest.mark.parametrize(
    "method, path, body, sent",
    [
        ("POST", "/v1/chat/completions", ask("hi"), "/v1/responses?api-version=preview"),
        ("POST", "/proxy", ask("hi"), "/v1/responses?api-version=preview"),
        ("GET", "/v1/models", None, "/v1/models?api-version=preview"),
        ("POST", "/v1/embeddings?a=b", {"model": "x", "input": "hi"}, "/v1/embeddings?a=b&api-version=preview"),
    ],
)
def test_each_request_has_the_bases_query(azure, simulator, method, path, body, sent):
    assert azure.client.request(method, path, body).status == 200
    assert simulator.request["path"] == sent


def test_the_name_of_a_deployment_is_sent_and_not_shown(azure, simulator):
    reply = azure.client.post(ask("hi"), path="/v1/chat/completions")
    assert simulator.body["model"] == "my-deployment"
    assert reply.json["model"] == "gpt-4o"


def test_an_error_of_the_content_filter_is_complete(deploy, relay):
    def refuse(exchange):
        assert exchange.body
        body = json.dumps(FILTERED).encode()
        head = f"HTTP/1.1 400 x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        exchange.send(head.encode() + body)

    relay.acts["/v1/responses"] = refuse
    deployment = deploy(OPENAI_BASE=relay.base)
    with library(deployment.nginx.port) as client:
        with pytest.raises(openai.BadRequestError) as error:
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    assert error.value.code == "content_filter"
    assert error.value.body["innererror"] == FILTERED["error"]["innererror"]
