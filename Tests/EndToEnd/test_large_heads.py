"""Upstream's headers never make a response head that is too large for the web server: nginx's buffer has 4 KB by default."""

import json

import pytest

from client import ask, events
from stack import PROXY_KEY

CHAT = "/v1/chat/completions"
APP = "https://" + "long-name-of-an-app." * 8 + "example.com"
RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": []}

HEADERS = {
    "one of 6 KB": ["x-request-id: " + "r" * 6000, "retry-after: 7"],
    "each of 6 KB": [f"{name}: " + "v" * 6000 for name in ["openai-model", "openai-version", "x-ratelimit-a"]] + ["retry-after: 7"],
    "500 limits": [f"x-ratelimit-limit-number-{number}: {number}" for number in range(200)] + ["retry-after: 7"],
    "the same 100 times": ["x-request-id: " + "r" * 50] * 100 + ["retry-after: 7"],
    "as many as there is room for": ["retry-after: 7", *["x-ratelimit-limit: " + "v" * 200] * 10],
}


def answering(status, headers):
    """An act that responds with a status and these headers, whole or as a stream."""

    def act(exchange):
        body = json.dumps(RESPONSE if status == 200 else {"error": {"message": "no", "code": "insufficient_quota"}})
        kind = "application/json"
        if status == 200 and b'"stream":true' in exchange.body.replace(b" ", b""):
            kind = "text/event-stream"
            body = f'event: response.completed\ndata: {{"type":"response.completed","response":{body}}}\n\n'
        fields = [f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
        exchange.send((f"HTTP/1.1 {status} Some\r\n" + "\r\n".join(fields) + "\r\n\r\n" + body).encode())

    return act


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("status", [200, 429])
def test_r9_upstreams_headers_fit_into_the_web_servers_buffer(deploy, relay, status, headers):
    relay.acts["/v1/responses"] = answering(status, headers)
    client = deploy(OPENAI_BASE=relay.base, CORS_ORIGINS=APP).client
    fields = {"X-API-KEY": PROXY_KEY, "Origin": APP}
    # Each is listed in x-gpt-proxy-dropped.
    unknown = {f"{number:02}" + "unknown" * 10: 1 for number in range(20)}
    bodies = [
        ("/proxy", ask("hi", model="m" * 100, **unknown)),
        (CHAT, ask("hi", model="m" * 100, **unknown)),
        ("/v1/responses", {"model": "m" * 100, "input": "hi"}),
    ]
    for path, body in bodies:
        for stream in [False, True]:
            reply = client.post({**body, "stream": stream}, headers=fields, path=path)
            assert reply.headers["x-gpt-proxy-request-id"], f"{path}: {reply.body}"
            assert reply.status == (502 if path == "/proxy" and status != 200 else status)
            assert reply.headers["retry-after"] == "7"


def test_r9_the_headers_of_a_file_fit_too(deploy, relay):
    headers = ["Content-Type: image/" + "t" * 6000, 'Content-Disposition: attachment; filename="' + "f" * 6000 + '"']

    def act(exchange):
        fields = [*headers, "Content-Length: 4", *HEADERS["each of 6 KB"]]
        exchange.send(("HTTP/1.1 200 OK\r\n" + "\r\n".join(fields) + "\r\n\r\nfile").encode())

    relay.acts["/v1/files/file-1/content"] = act
    reply = deploy(OPENAI_BASE=relay.base, PASSTHROUGH="files/*").client.get("/v1/files/file-1/content")
    assert (reply.status, reply.body) == (200, b"file")


@pytest.mark.parametrize("asked", [{"Access-Control-Request-Headers": "x" * 6000}, {"Access-Control-Request-Method": "X" * 6000}])
def test_a_preflight_cannot_make_the_response_head_too_large(deploy, asked):
    client = deploy(CORS_ORIGINS="*").client
    headers = {"Origin": APP, "Access-Control-Request-Method": "POST", **asked}
    assert client.request("OPTIONS", CHAT, headers=headers).status in (204, 405)
