"""Bodies that no client would send: each gets a response, and none crashes the program.

The default is a short run; `--fuzz 100000` makes a long one.
"""

import http.client
import json
import random

import pytest

from stack import PROXY_KEY

SEEDS = [
    ("/proxy", {"model": "gpt-4o", "prompt": "hi", "max_tokens": 5, "stop": ["a", "b"], "temperature": 0.5}),
    ("/proxy", {"messages": [{"role": "user", "content": "hi"}], "stream": True}),
    (
        "/v1/chat/completions",
        {
            "model": "gpt-4o-mini",
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": [{"type": "text", "text": "h\u00e9"}, {"type": "image_url", "image_url": {"url": "data:,"}}]},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "1"},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
            "tool_choice": "auto",
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
            "n": 2,
            "stream": True,
            "stream_options": {"include_usage": True},
            "logprobs": True,
            "top_logprobs": 3,
            "stop": "END",
        },
    ),
    ("/v1/completions", {"model": "gpt-4o", "prompt": ["a", "b"], "echo": False, "max_tokens": 3}),
    ("/v1/responses", {"model": "gpt-4o", "input": [{"role": "user", "content": "hi"}], "store": False}),
]

VALUES = [None, True, 0, -1, 1e308, 10**30, "", "\0", "\ud800", "x" * 5000, [], {}, [[[]]], {"": {"": ""}}, "gpt-4o", -0.0]


def places(value, path=()):
    """Yields the paths of all places in a value that can be changed."""
    yield path
    if isinstance(value, dict):
        for name in value:
            yield from places(value[name], (*path, name))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], (*path, index))


def changed(value, path, change):
    if not path:
        return change(value)
    first, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = changed(value[first], rest, change)
    return copy


def mutated(chance, body):
    """The body with a changed value, an added or removed member, or changed bytes."""
    for _ in range(chance.randint(0, 3)):
        path = chance.choice(list(places(body)))
        value = chance.choice(VALUES)
        kind = chance.randrange(3)

        def change(old):
            if kind == 0 and isinstance(old, dict) and old:
                return {name: old[name] for name in chance.sample(list(old), len(old) - 1)}
            if kind == 1 and isinstance(old, (list, dict)) and len(old) < 50:
                return [*old, value, *old] if isinstance(old, list) else {**old, chance.choice(["n", "stop", "x", "user"]): value}
            return value

        body = changed(body, path, change)
    data = bytearray(json.dumps(body).encode())
    if chance.random() < 0.4:
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(4):
                case 0:
                    data[at : at + chance.randint(1, 20)] = b""
                case 1:
                    data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 6)))
                case 2:
                    data[at:at] = data[at : at + 50]
                case _:
                    data[at : at + 1] = chance.choice([b'"', b"{", b"}", b"[", b"]", b"\\", b",", b":", b"\xff", b"\0"])
    return bytes(data)


def test_mutated_bodies_get_responses(deploy, simulator, pytestconfig):
    count = pytestconfig.getoption("--fuzz")
    deployment = deploy(LOG_LEVEL="error")
    connection = http.client.HTTPConnection("127.0.0.1", deployment.nginx.port, timeout=30)
    chance = random.Random(count)
    statuses = {}
    for number in range(count):
        path, body = chance.choice(SEEDS)
        data = mutated(chance, body)
        connection.request("POST", path, data, {"X-API-KEY": PROXY_KEY, "Content-Type": "application/json"})
        reply = connection.getresponse()
        answer = reply.read()
        statuses[reply.status] = statuses.get(reply.status, 0) + 1
        # On /proxy the simulator's rejections become 502.
        assert reply.status in (200, 400, 413) or (reply.status == 502 and path == "/proxy"), (path, data, answer)
        assert b"internal_error" not in answer, (path, data, answer)
        if number % 1000 == 0:
            simulator.forget()
    assert not deployment.responder.process.has_ended
    assert statuses[200] > count / 50 and statuses[400] > count / 10, statuses
    assert deployment.client.get("/healthz").status == 200
