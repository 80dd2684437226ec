"""The search for keys and callers' content in the logs and responses of every test finds them."""

import pytest

import canaries
from canaries import OPENAI_KEY, PROMPT, PROXY_KEY
from client import Client
from stack import Deployment, environment
from upstream import Upstream


@pytest.fixture
def deployment(binaries, simulator):
    return Deployment(binaries, environment(simulator.base))


@pytest.mark.parametrize("secret", [PROXY_KEY, OPENAI_KEY, PROMPT])
def test_a_canary_in_a_log_is_found(deployment, secret):
    (deployment.directory / "gpt-proxy.log").open("a").write(f"a line with {secret} in it\n")
    with pytest.raises(AssertionError, match="a log"):
        deployment.stop()


@pytest.mark.parametrize("secret", [PROXY_KEY, OPENAI_KEY])
def test_a_key_in_a_response_is_found(deploy, secret):
    upstream = Upstream()
    try:
        upstream.says({"id": "r", "object": "response", "output": [], "text": secret})
        client = Client(deploy(OPENAI_BASE=upstream.base).nginx.port)
        with pytest.raises(AssertionError, match="a reply"):
            client.post({"prompt": "hi"})
        upstream.says({"id": "r", "object": "response", "output": []})
    finally:
        upstream.stop()


def test_callers_content_reaches_upstream_but_no_log(deploy, simulator):
    deployment = deploy(LOG_LEVEL="trace", RETRIES="0")
    canaries.sing(deployment.nginx.port)
    assert sum(PROMPT in request["body"] for request in simulator.requests) == 5
    assert PROMPT not in canaries.logs(deployment.directory)
