"""The recorded requests of Tests/Vectors, sent through nginx: clients get the expected responses."""

import json
import subprocess
import sys

import pytest

from client import events
from processes import REPOSITORY

PATH = "/v1/chat/completions"
RECORDED = json.loads((REPOSITORY / "Tests/Vectors/expected/index.json").read_text())
# These have the same conversation as another recording, so that the request must name the recording to play.
PLAYED = {"11_failed": "11", "12_error_event": "12"}


@pytest.fixture(params=RECORDED, ids=lambda entry: entry["case"])
def exchange(request):
    return request.param


@pytest.fixture
def ask(kept_proxy, vectors):
    """Sends a recorded request."""

    def ask(case, form):
        body = json.loads((vectors / f"requests/{case}.{form}.json").read_text())
        if case in PLAYED:
            body["messages"][-1]["content"] = f"[simulate play={PLAYED[case]}] {body['messages'][-1]['content']}"
        return kept_proxy.post(body, path=PATH)

    return ask


@pytest.fixture
def expected(vectors, exchange):
    """The body that the client should get."""
    return json.loads((vectors / f"expected/{exchange['case']}.completion.json").read_text())


# --- Content ----------------------------------------------------------------------------------------------------------


def test_a_whole_response_has_the_recorded_content(ask, exchange, expected):
    reply = ask(exchange["case"], "chat")
    assert reply.status == exchange["expected_http_status_nonstream"]
    if exchange["expected_is_error"]:
        assert reply.json["error"]["message"] == expected["error"]["message"]
        assert reply.json["error"]["code"] == expected["error"]["code"]
    else:
        (choice,) = reply.json["choices"]
        assert said(choice, choice["message"]) == said(expected["choices"][0], expected["choices"][0]["message"])
        assert cost(reply.json["usage"]) == cost(expected["usage"])


def test_a_stream_has_the_recorded_content(ask, exchange, expected, vectors):
    reply = ask(exchange["case"], "chat_stream")
    assert reply.status == 200
    choice, usage, error = assembled(reply.body)
    recorded, _, _ = assembled((vectors / f"expected/{exchange['case']}.chunks.sse").read_bytes())
    if exchange["expected_is_error"]:
        assert choice["message"]["content"] == recorded["message"]["content"]
        assert error["message"] == expected["error"]["message"]
        assert error["code"] == expected["error"]["code"]
        assert choice["finish_reason"] is None
    else:
        assert said(choice, choice["message"]) == said(expected["choices"][0], expected["choices"][0]["message"])
        assert cost(usage) == cost(expected["usage"])
        assert error is None


def said(choice, message):
    """Text, refusal, calls and finish reason."""
    calls = [(call["id"], call["function"]) for call in message.get("tool_calls") or []]
    return message.get("content") or None, message.get("refusal"), calls, choice["finish_reason"]


def cost(usage):
    names = ["prompt_tokens", "completion_tokens", "total_tokens"]
    return [usage[name] for name in names] + [usage["completion_tokens_details"]["reasoning_tokens"]]


def assembled(stream):
    """The choice, the usage and the error that the chunks of a stream add up to."""
    *chunks, done = [data for _, data in events(stream)]
    assert done == "[DONE]"
    message = {"content": "", "refusal": "", "tool_calls": []}
    choice = {"message": message, "finish_reason": None}
    usage = error = None
    for chunk in map(json.loads, chunks):
        error = chunk.get("error") or error
        usage = chunk.get("usage") or usage
        for part in chunk.get("choices", []):
            choice["finish_reason"] = part["finish_reason"] or choice["finish_reason"]
            for name in ["content", "refusal"]:
                message[name] += part["delta"].get(name) or ""
            for call in part["delta"].get("tool_calls") or []:
                if call["index"] == len(message["tool_calls"]):
                    message["tool_calls"].append({"id": call["id"], "function": {"name": "", "arguments": ""}})
                function = message["tool_calls"][call["index"]]["function"]
                for name, value in call["function"].items():
                    function[name] += value
    message["refusal"] = message["refusal"] or None
    return choice, usage, error


# --- Schemas ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def check(pytestconfig, directory):
    """Runs a checker from the folder of schemas on a request or response."""
    folder = pytestconfig.getoption("--spec")
    if not (folder / "validate.py").exists():
        pytest.skip(f"no schemas and checkers of the two APIs in {folder}")

    def check(script, *arguments, content, suffix):
        file = directory / f"content.{suffix}"
        file.write_bytes(content)
        ended = subprocess.run(
            [sys.executable, "-B", folder / script, *arguments, file], capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr

    return check


def test_a_whole_response_matches_its_schema(ask, check, exchange):
    reply = ask(exchange["case"], "chat")
    check("compare.py", exchange["case"], content=reply.body, suffix="json")
    if not exchange["expected_is_error"]:
        # An extension of many servers; programs that display reasoning use it.
        completion = reply.json
        completion["choices"][0]["message"].pop("reasoning_content", None)
        check("validate.py", "--closed", "chat_response", content=json.dumps(completion).encode(), suffix="json")


def test_a_stream_matches_its_schema(ask, check, exchange):
    reply = ask(exchange["case"], "chat_stream")
    check("compare.py", exchange["case"], content=reply.body, suffix="sse")
    # An error is not a chunk, so the schema does not cover it.
    chunks = b"".join(event + b"\n\n" for event in reply.body.split(b"\n\n")[:-1] if b'{"error":' not in event)
    if not exchange["expected_is_error"]:
        assert chunks == reply.body
        check("validate.py", "--flow", "chat_chunk", content=chunks, suffix="sse")
    check("validate.py", "chat_chunk", content=chunks, suffix="sse")


@pytest.mark.parametrize("form", ["chat", "chat_stream"])
def test_upstream_requests_match_their_schema(ask, check, exchange, simulator, form):
    ask(exchange["case"], form)
    (sent,) = {request["body"] for request in simulator.requests}
    check("validate.py", "--live", "responses_request", content=sent.encode(), suffix="json")
