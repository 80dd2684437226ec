"""Invalid requests get an error that names the mistake, and are not sent upstream."""

import pytest

from client import ask


@pytest.mark.parametrize(
    "body, said",
    [
        (b'{"model": "gpt-4o",, }', "at byte 19"),
        (b'{"messages": [{"role": "user", "content": "hi"}]', "at byte 48"),
        (b"", "JSON"),
        (b"[1, 2]", "object"),
        (b'"hi"', "object"),
        (b'{"messages": "hi"}', "messages"),
        (b'{"model": "gpt-4o"}', "messages"),
        (b'{"prompt": "\xff"}', "at byte 12"),
        (b'{"prompt": "hi", "prompt": "ho"}', "prompt"),
        (b'{"prompt": "hi"} {}', "at byte 17"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_the_error_names_the_mistake(proxy, simulator, body, said):
    reply = proxy.post(body)
    assert reply.status == 400
    assert said in reply.json["detail"]
    assert simulator.requests == []


def test_a_body_above_the_limit_is_refused(deploy, simulator):
    client = deploy(MAX_BODY="10k").client
    for size in [11_000, 5_000_000]:
        reply = client.ask("x" * size)
        assert reply.status == 413
        assert "MAX_BODY" in reply.json["detail"]
    assert simulator.requests == []
    assert client.ask("x" * 9_000).status == 200


def test_the_connection_works_after_a_rejected_body(deploy, simulator):
    # The rest of a body must never be read as the next request on a connection that nginx keeps.
    client = deploy(MAX_BODY="10k").client
    for number in range(10):
        assert client.ask("x" * 200_000).status == 413
        assert f"number {number}" in client.ask(f"number {number}").text


def test_parameters_that_the_target_rejects_are_dropped_and_listed(proxy, simulator):
    reply = proxy.post(ask("hi", presence_penalty=1, seed=7))
    assert reply.status == 200
    dropped = reply.headers["x-gpt-proxy-dropped"].split(", ")
    assert {"presence_penalty", "seed"} <= set(dropped)
    assert not {"presence_penalty", "seed"} & set(simulator.body)


def test_unsupported_parameters_are_rejected_if_so_configured(deploy, simulator):
    client = deploy(UNSUPPORTED_PARAMS="reject").client
    reply = client.ask("hi", presence_penalty=1)
    assert reply.status == 400
    assert "presence_penalty" in reply.json["detail"]
    assert simulator.requests == []
