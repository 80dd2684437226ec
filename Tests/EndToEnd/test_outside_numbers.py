"""Extreme numbers from upstream or from the system's clock crash nothing."""

import concurrent.futures
import json

import pytest

import clock
from client import Client, ask, events
from stack import Deployment, environment

CHAT = "/v1/chat/completions"


def assert_status_pages(client):
    """Checks that every form of the status page is served with plausible values."""
    for form in ["", "?json&full", "?openmetrics", "?full"]:
        reply = client.get(f"/status{form}")
        assert reply.status == 200
    assert client.get("/status?json").json["start since"] >= 0


# --- R1: a clock that is set ---


@pytest.mark.parametrize("seconds", [-1, -5, -3600, 86400])
def test_r1_a_clock_step_does_not_affect_streams(binaries, simulator, tmp_path, seconds):
    stepping = clock.SteppingClock()
    settings = environment(simulator.base, STATUS_PATH="/status", STATE_DIR=str(tmp_path)) | stepping.environment
    deployment = Deployment(binaries, settings)
    try:
        client = Client(deployment.nginx.port)
        simulator.forget()
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            body = ask("[simulate delay=1500 text=hello]", stream=True)
            replies = [pool.submit(client.post, body, path=CHAT) for _ in range(10)]
            # The clock is set while all of them wait for their first byte.
            deployment.responder.process.wait_until(lambda: len(simulator.requests) == 10, "has not asked upstream")
            stepping.set(seconds)
            for reply in replies:
                assert events(reply.result().body)[-1][1] == "[DONE]"
        assert_status_pages(client)
        lines = [line for line in deployment.responder.access_log() if line["route"] == CHAT]
        assert all(0 <= line["first_byte_ms"] <= line["duration_ms"] < 60_000 for line in lines)
    finally:
        deployment.stop()


@pytest.mark.parametrize("moment", ["1969-12-31 23:59:00", "1970-01-01 00:00:00", "2262-04-12 00:00:00", "9999-12-31 00:00:00"])
def test_the_program_starts_with_any_clock(binaries, simulator, tmp_path, moment):
    settings = environment(simulator.base, STATUS_PATH="/status", STATE_DIR=str(tmp_path), MODELS_FILE="")
    deployment = Deployment(binaries, settings | clock.at(moment))
    try:
        client = Client(deployment.nginx.port)
        assert client.ask("hi", path=CHAT).status == 200
        assert_status_pages(client)
    finally:
        deployment.stop()


# --- R2, S2: numbers of tokens ---

STRANGE = ["-1", str(2**62), str(2**63 - 1), str(2**63), "1e300", "3.5", '"7"', "null"]


def usage(number):
    return (
        f'{{"input_tokens":{number},"input_tokens_details":{{"cached_tokens":{number},"cache_write_tokens":{number}}},'
        f'"output_tokens":{number},"output_tokens_details":{{"reasoning_tokens":{number}}},"total_tokens":{number}}}'
    )


def respond(number):
    """An act that responds with this number of tokens, whole or streamed."""

    def act(exchange):
        response = (
            '{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message",'
            f'"id":"msg_1","role":"assistant","content":[{{"type":"output_text","text":"hi","annotations":[]}}]}}],"usage":{usage(number)}}}'
        )
        kind = "application/json"
        if json.loads(exchange.body).get("stream"):
            kind = "text/event-stream"
            response = f'event: response.completed\ndata: {{"type":"response.completed","response":{response}}}\n\n'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(response)}\r\n\r\n"
        exchange.send((head + response).encode())

    return act


@pytest.mark.parametrize("number", STRANGE)
def test_r2_s2_no_number_of_tokens_ends_the_process(deploy, relay, tmp_path, number):
    relay.acts["/v1/responses"] = respond(number)
    client = deploy(OPENAI_BASE=relay.base, STATUS_PATH="/status", STATE_DIR=str(tmp_path)).client
    for _ in range(4):
        for path in ["/proxy", CHAT, "/v1/completions", "/v1/responses"]:
            for stream in [False, True]:
                body = {"prompt": "x"} if path == "/v1/completions" else {"input": "x"} if path == "/v1/responses" else ask("x")
                reply = client.post({"model": "gpt-4o", **body, "stream": stream}, path=path)
                assert reply.status == 200, reply.body
    assert_status_pages(client)
