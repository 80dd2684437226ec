"""One line per request, with what an operator needs and nothing that is the client's own."""

import re

import pytest

from processes import wait_until
from stack import PROXY_KEY

SECRET_TEXT = "canary-content-91d2"


def test_a_whole_reply(deploy, simulator):
    deployment = deploy()
    reply = deployment.client.post(
        {"model": "gpt-4o", "prompt": "hi", "presence_penalty": 1},
        headers={"X-API-KEY": PROXY_KEY, "X-Request-Id": "from-the-client"},
    )
    line = only_line(deployment)
    assert line["request_id"] == "from-the-client"
    assert line["caller"] == "default"
    assert (line["method"], line["route"], line["status"]) == ("POST", "/proxy", 200)
    assert (line["model"], line["model_sent"]) == ("gpt-4o", "gpt-5")
    assert line["stream"] is False
    assert line["upstream_status"] == 200
    assert line["upstream_request_id"] == reply.headers["x-request-id"]
    assert line["dropped"] == "presence_penalty"
    usage = reply.json["usage"]
    assert (line["input_tokens"], line["output_tokens"]) == (usage["input_tokens"], usage["output_tokens"])
    assert 0 <= line["first_byte_ms"] <= line["duration_ms"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["time"])


def test_a_stream(deploy):
    deployment = deploy()
    with deployment.client.stream("[simulate pace=20 deltas=20]") as stream:
        stream.rest()
    line = only_line(deployment)
    assert line["stream"] is True
    assert line["output_tokens"] > 0
    assert line["duration_ms"] > line["first_byte_ms"]
    assert "error" not in line


def test_failures(deploy):
    deployment = deploy()
    client = deployment.client
    client.post({"prompt": "hi"}, headers={"X-API-KEY": "wrong"})
    client.post(b"{")
    client.ask("[simulate status=429]")
    client.stream("[simulate cut=2]").rest()
    client.stream("[simulate no-terminal]").rest()
    assert wait_until(lambda: len(deployment.responder.access_log()) == 5)
    told = [(line["status"], line["error"]) for line in deployment.responder.access_log()]
    assert told == [
        (401, "invalid_key"),
        (400, "invalid_json"),
        (502, "upstream_status"),
        (200, "upstream_cut"),
        (200, "upstream_unfinished"),
    ]


def test_text(deploy):
    deployment = deploy(LOG_FORMAT="text")
    deployment.client.ask("hi")
    assert wait_until(lambda: "/proxy" in deployment.responder.log)
    (line,) = [line for line in deployment.responder.log.splitlines() if "/proxy" in line]
    assert re.match(r"\S+ 200 POST /proxy id=\S+ caller=default model=gpt-4o sent=gpt-5 upstream=200 ", line)


def test_a_quiet_level_has_none(deploy):
    deployment = deploy(LOG_LEVEL="error")
    deployment.client.ask("hi")
    assert "/proxy" not in deployment.responder.log


@pytest.mark.parametrize("format", ["json", "text"])
def test_no_key_and_no_content_is_in_any_log(deploy, format):
    deployment = deploy(LOG_FORMAT=format, LOG_LEVEL="trace")
    client = deployment.client
    keys = [PROXY_KEY, f"canary-wrong-key-{SECRET_TEXT}"]
    for key in keys:
        client.post({"prompt": SECRET_TEXT}, headers={"X-API-KEY": key})
        client.post({"prompt": SECRET_TEXT}, headers={"Authorization": f"Bearer {key}"})
    client.ask(SECRET_TEXT, user=SECRET_TEXT, metadata={"a": SECRET_TEXT})
    client.stream(SECRET_TEXT).rest()
    client.ask(f"[simulate status=401] {SECRET_TEXT}")
    client.ask(f"[simulate status=500 html] {SECRET_TEXT}")
    client.stream(f"[simulate cut=3 text={SECRET_TEXT}]").rest()
    client.post(b'{"prompt": "' + SECRET_TEXT.encode() + b'" nonsense}')
    assert wait_until(lambda: deployment.responder.log.count("/proxy") == 10)
    logs = "".join(path.read_text() for path in deployment.directory.glob("*.log"))
    assert not any(key in logs for key in [SECRET_TEXT, *keys])


def only_line(deployment):
    assert wait_until(deployment.responder.access_log), "there is no line"
    (line,) = deployment.responder.access_log()
    return line
