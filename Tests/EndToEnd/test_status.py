"""The status page: its content, its formats, and the summary of all processes of a machine."""

import os
import re
import signal
import time

import pytest

from client import Client, ask
from processes import wait_until
from stack import Deployment, environment

CHAT = "/v1/chat/completions"

# A stream that sends a few words and then stays silent until its client disconnects.
HALTING = "[simulate deltas=20 stall=12]"


@pytest.fixture
def status(deploy):
    """A deployment with a status page."""
    return deploy(STATUS_PATH="/status")


def page(client, query=""):
    """The page as JSON."""
    reply = client.get(f"/status?json{query}", headers={})
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"
    return reply.json


def metrics(client):
    """The values of the page's Prometheus samples, by name and labels."""
    reply = client.get("/status?openmetrics", headers={})
    assert reply.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    lines = reply.body.decode().splitlines()
    assert lines[-1] == "# EOF"
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def test_without_status_path_there_is_no_status_page(kept_proxy):
    assert kept_proxy.get("/status").status == 404


def test_the_status_page_is_at_its_path_only(status):
    """Otherwise a web server that protects the path would not protect the page."""
    assert status.client.get("/status", headers={}).status == 200
    for path in ["/x/status", "/v1/status", "/status/", "/status/x"]:
        assert status.client.get(path).status == 404, path


def test_the_format_of_php_fpm(status):
    assert status.client.ask("hi").status == 200
    reply = status.client.get("/status", headers={})
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(re.fullmatch(r"([^:]+): +(.*)", line).groups() for line in reply.body.decode().splitlines())
    assert lines["pool"] == "gpt-proxy"
    assert lines["accepted conn"] == "1"
    assert lines["total processes"] == "1"
    assert lines["active processes"] == "0"
    assert int(lines["input tokens"]) > 0


def test_the_page_accepts_no_post(status):
    assert status.client.post(b"", path="/status").status == 405


def test_requests_are_counted_by_caller_route_and_model(status):
    client = status.client
    replies = [client.ask("hi", path=path) for path in ["/proxy", CHAT, CHAT]]
    assert client.post(ask("hi"), headers={"X-API-KEY": "wrong"}).status == 401
    assert client.get("/nowhere/at/all").status == 404
    usage = {(use["caller"], use["route"], use["model"]): use for use in page(client)["usage"]}
    assert usage["default", CHAT, "gpt-5"]["requests"] == 2
    assert usage["default", "/proxy", "gpt-5"]["requests"] == 1
    tokens = [reply.json["usage"]["prompt_tokens"] for reply in replies[1:]]
    assert usage["default", CHAT, "gpt-5"]["tokens"]["input"] == sum(tokens)
    assert usage["", "/proxy", ""]["errors"] == 1
    # Paths that clients can invent are counted together.
    assert usage["", "other", ""]["requests"] == 1
    assert {"error": "not_found", "count": 1} in page(client)["failures"]


def test_streams_are_counted_too(status):
    with status.client.stream("hi", path=CHAT) as stream:
        assert b"[DONE]" in stream.rest()
    assert wait_until(lambda: page(status.client)["tokens"]["output"] > 0)
    (latency,) = page(status.client)["latency"]
    assert latency["duration"]["count"] == latency["first byte"]["count"] == 1
    assert 0 < latency["first byte"]["p50"] <= latency["duration"]["p99"] * 2


@pytest.mark.parametrize("path", ["/proxy", CHAT, "/v1/responses"])
def test_a_live_stream_is_listed_with_its_age_and_tokens(status, path):
    def stream():
        (stream,) = page(status.client, "&full")["streams"]
        return stream

    body = ask(HALTING, stream=True)
    if path == "/v1/responses":
        body = {"model": "gpt-4o", "input": HALTING, "stream": True}
    with status.client.stream_of(body, path) as live:
        live.read_until(b"delta")
        assert wait_until(lambda: stream()["output tokens"] >= 3)
        seen = stream()
        assert seen["caller"] == "default"
        assert seen["route"] == path
        assert seen["model"] == "gpt-5"
        assert seen["state"] == "streaming"
        assert seen["request method"] == "POST"
        assert seen["first byte"] > 0
        assert seen["start since"] > 0
        text = status.client.get("/status?full", headers={}).body.decode()
        assert f"request id:           {seen['request id']}\n" in text
        overview = page(status.client)
        assert "streams" not in overview
        assert overview["live streams"] == overview["active processes"] == 1
    assert wait_until(lambda: page(status.client)["live streams"] == 0)
    assert page(status.client)["client left"] == 1
    assert page(status.client)["failures"] == []


def test_tokens_saved_by_disconnected_clients_are_estimated_from_other_requests(status):
    assert status.client.ask("[simulate deltas=60]", path=CHAT).status == 200
    tokens = page(status.client)["tokens"]["output"]
    with status.client.stream(HALTING, path=CHAT) as live:
        live.read_until(b"delta")
        assert wait_until(lambda: page(status.client, "&full")["streams"][0]["output tokens"] >= 3)
    assert wait_until(lambda: page(status.client)["client left"] == 1)
    assert 0 < page(status.client)["saved output tokens"] < tokens


def test_requests_above_the_concurrency_limit_are_counted(deploy):
    client = deploy(STATUS_PATH="/status", MAX_STREAMS="1").client
    with client.stream("[simulate stall=1]"):
        assert client.ask("hi").status == 503
        assert page(client)["max children reached"] == 1
        assert page(client)["stream limit"] == 1


def test_dropped_parameters_and_retries_are_counted(status):
    assert status.client.ask("hi", path=CHAT, seed=7).status == 200
    assert {"parameter": "seed", "count": 1} in page(status.client)["dropped parameters"]
    assert status.client.ask("[simulate status=503 times=1]").status == 200
    assert page(status.client)["retries"] == 1


def test_the_history_contains_past_requests(status):
    for _ in range(3):
        assert status.client.ask("hi").status == 200
    history = page(status.client)["history"]
    assert history["interval"] == 10
    assert sum(history["requests"]) == 3
    assert sum(history["output tokens"]) == page(status.client)["tokens"]["output"]
    assert len({len(values) for values in history.values() if isinstance(values, list)}) == 1
    assert max(history["live streams"]) >= 1
    assert history["end"] <= time.time() < history["end"] + 30


def test_the_format_for_prometheus(status):
    client = status.client
    assert client.ask("hi", path=CHAT, seed=7).status == 200
    samples = metrics(client)
    assert samples['gpt_proxy_requests_total{caller="default",route="/v1/chat/completions",model="gpt-5",status="200"}'] == 1
    assert samples['gpt_proxy_dropped_parameters_total{parameter="seed"}'] == 1
    assert samples["gpt_proxy_retries_total"] == 0
    labels = (
        'gen_ai_provider_name="openai",gen_ai_operation_name="chat",http_route="/v1/chat/completions",'
        'gen_ai_response_model="gpt-5"'
    )
    for name in ["gen_ai_server_request_duration_seconds", "gen_ai_server_time_to_first_token_seconds"]:
        buckets = [value for sample, value in samples.items() if sample.startswith(f"{name}_bucket")]
        assert buckets == sorted(buckets)
        assert buckets[-1] == samples[f"{name}_count{{{labels}}}"] == 1
        assert samples[f"{name}_sum{{{labels}}}"] > 0
    tokens = page(client)["tokens"]
    for kind in ["input", "output"]:
        assert samples[f'gen_ai_client_token_usage_sum{{{labels},gen_ai_token_type="{kind}"}}'] == tokens[kind]


def test_quotes_in_a_label_are_escaped(deploy, directory):
    """Clients choose the names of models."""
    client = deploy(STATUS_PATH="/status").client
    assert client.ask("hi", model='a"b\\c').status == 200
    assert any('model="a\\"b\\\\c"' in name for name in metrics(client))
    assert [use["model"] for use in page(client)["usage"]] == ['a"b\\c']


def test_models_unknown_to_upstream_are_counted_together(status):
    for number in range(3):
        assert status.client.ask("[simulate status=404]", model=f"made-up-{number}").status == 502
    assert {use["model"] for use in page(status.client)["usage"]} == {"unknown"}


def test_requests_for_the_status_page_are_not_logged(status):
    page(status.client)
    status.client.ask("hi")
    assert [line["route"] for line in status.responder.access_log()] == ["/proxy"]
    assert page(status.client)["accepted conn"] == 1


def test_the_processes_of_a_machine_are_shown_together(binaries, simulator, directory):
    settings = environment(simulator.base, STATUS_PATH="/status", STATE_DIR=str(directory))
    deployments = [Deployment(binaries, settings) for _ in range(2)]
    try:
        clients = [Client(deployment.nginx.port) for deployment in deployments]
        for client in clients:
            assert client.ask("hi").status == 200
        with clients[0].stream(HALTING):
            for client in clients:
                # Each process publishes its counters once a second for the others.
                assert wait_until(lambda: page(client)["accepted conn"] == 3)
                seen = page(client, "&full")
                assert (seen["total processes"], seen["active processes"]) == (2, 1)
                assert [stream["pid"] for stream in seen["streams"]] == [deployments[0].responder.process.child.pid]
                assert {process["pid"] for process in seen["processes"]} == {
                    deployment.responder.process.child.pid for deployment in deployments
                }
        # Counters are kept, however a process ends.
        deployments[0].responder.process.signal(signal.SIGKILL)
        assert wait_until(lambda: page(clients[1])["total processes"] == 1)
        assert page(clients[1])["live streams"] == 0
        assert sum(use["requests"] for use in page(clients[1])["usage"]) >= 2
    finally:
        for deployment in deployments:
            deployment.stop()


def test_counters_survive_restarts(binaries, simulator, directory):
    settings = environment(simulator.base, STATUS_PATH="/status", STATE_DIR=str(directory))
    count = 0
    for _ in range(3):
        deployment = Deployment(binaries, settings)
        try:
            client = Client(deployment.nginx.port)
            before = page(client)["accepted conn"]
            assert before >= count
            assert client.ask("hi").status == 200
            count = page(client)["accepted conn"]
            assert count == before + 1
        finally:
            deployment.stop()
    assert len([name for name in os.listdir(directory) if name.endswith(".scoreboard")]) == 2


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"STATUS_PATH": "status"}, "STATUS_PATH"),
        ({"STATUS_PATH": "/"}, "STATUS_PATH"),
        ({"STATUS_PATH": "/proxy"}, "is not a route"),
    ],
)
def test_invalid_settings_of_the_status_page_are_reported_at_startup(run, simulator, directory, settings, words):
    ended = run("serve", "--listen", f"unix:{directory}/s", environment=environment(simulator.base, **settings))
    assert ended.returncode == 78
    assert words in ended.stderr
