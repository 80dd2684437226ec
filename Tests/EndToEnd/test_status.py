"""The status page: what it says, in which forms, and for all processes of a machine at once."""

import os
import re
import signal
import time

import pytest

from client import Client, ask
from processes import wait_until
from stack import Deployment, environment

CHAT = "/v1/chat/completions"

# A stream that says a few words and then lives until its client leaves.
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
    """The samples of the page for Prometheus: their values by name and labels."""
    reply = client.get("/status?openmetrics", headers={})
    assert reply.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    lines = reply.body.decode().splitlines()
    assert lines[-1] == "# EOF"
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def test_without_a_path_there_is_none(kept_proxy):
    assert kept_proxy.get("/status").status == 404


def test_it_is_in_no_other_place(status):
    """A web server that guards the path would else guard nothing."""
    assert status.client.get("/status", headers={}).status == 200
    for path in ["/x/status", "/v1/status", "/status/", "/status/x"]:
        assert status.client.get(path).status == 404, path


def test_php_fpms_form(status):
    assert status.client.ask("hi").status == 200
    reply = status.client.get("/status", headers={})
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(re.fullmatch(r"([^:]+): +(.*)", line).groups() for line in reply.body.decode().splitlines())
    assert lines["pool"] == "gpt-proxy"
    assert lines["accepted conn"] == "1"
    assert lines["total processes"] == "1"
    assert lines["active processes"] == "0"
    assert int(lines["input tokens"]) > 0


def test_the_page_is_only_read(status):
    assert status.client.post(b"", path="/status").status == 405


def test_requests_are_counted_by_who_asked_for_what(status):
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
    # What anybody can make up is not told apart.
    assert usage["", "other", ""]["requests"] == 1
    assert {"error": "not_found", "count": 1} in page(client)["failures"]


def test_streams_count_as_well(status):
    with status.client.stream("hi", path=CHAT) as stream:
        assert b"[DONE]" in stream.rest()
    wait_until(lambda: page(status.client)["tokens"]["output"] > 0)
    (latency,) = page(status.client)["latency"]
    assert latency["duration"]["count"] == latency["first byte"]["count"] == 1
    assert 0 < latency["first byte"]["p50"] <= latency["duration"]["p99"] * 2


@pytest.mark.parametrize("path", ["/proxy", CHAT, "/v1/responses"])
def test_a_live_stream_is_seen_with_its_age_and_its_tokens(status, path):
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


def test_what_left_clients_saved_is_estimated_by_what_others_had(status):
    assert status.client.ask("[simulate deltas=60]", path=CHAT).status == 200
    tokens = page(status.client)["tokens"]["output"]
    with status.client.stream(HALTING, path=CHAT) as live:
        live.read_until(b"delta")
        wait_until(lambda: page(status.client, "&full")["streams"][0]["output tokens"] >= 3)
    assert wait_until(lambda: page(status.client)["client left"] == 1)
    assert 0 < page(status.client)["saved output tokens"] < tokens


def test_refusals_for_want_of_a_place(deploy):
    client = deploy(STATUS_PATH="/status", MAX_STREAMS="1").client
    with client.stream("[simulate stall=1]"):
        assert client.ask("hi").status == 503
        assert page(client)["max children reached"] == 1
        assert page(client)["stream limit"] == 1


def test_left_out_parameters_and_retries(status):
    assert status.client.ask("hi", path=CHAT, seed=7).status == 200
    assert {"parameter": "seed", "count": 1} in page(status.client)["dropped parameters"]
    assert status.client.ask("[simulate status=503 times=1]").status == 200
    assert page(status.client)["retries"] == 1


def test_the_history_has_what_happened(status):
    for _ in range(3):
        assert status.client.ask("hi").status == 200
    history = page(status.client)["history"]
    assert history["interval"] == 10
    assert sum(history["requests"]) == 3
    assert sum(history["output tokens"]) == page(status.client)["tokens"]["output"]
    assert len({len(values) for values in history.values() if isinstance(values, list)}) == 1
    assert max(history["live streams"]) >= 1
    assert history["end"] <= time.time() < history["end"] + 30


def test_the_form_for_prometheus(status):
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


def test_a_labels_quotes_do_not_end_it(deploy, directory):
    """Models' names come from clients."""
    client = deploy(STATUS_PATH="/status").client
    assert client.ask("hi", model='a"b\\c\nd').status == 200
    assert any('model="a\\"b\\\\c?d"' in name for name in metrics(client))
    assert [use["model"] for use in page(client)["usage"]] == ['a"b\\c?d']


def test_models_that_upstream_does_not_know_are_not_told_apart(status):
    for number in range(3):
        assert status.client.ask("[simulate status=404]", model=f"made-up-{number}").status == 502
    assert {use["model"] for use in page(status.client)["usage"]} == {"unknown"}


def test_looking_leaves_no_trace_in_the_log(status):
    page(status.client)
    status.client.ask("hi")
    assert [line["route"] for line in status.responder.access_log()] == ["/proxy"]
    assert page(status.client)["accepted conn"] == 1


def test_processes_of_a_machine_are_seen_as_one(binaries, simulator, directory):
    settings = environment(simulator.base, STATUS_PATH="/status", STATE_DIR=str(directory))
    deployments = [Deployment(binaries, settings) for _ in range(2)]
    try:
        clients = [Client(deployment.nginx.port) for deployment in deployments]
        for client in clients:
            assert client.ask("hi").status == 200
        with clients[0].stream(HALTING):
            for client in clients:
                # Each copies what it does once a second for the others.
                assert wait_until(lambda: page(client)["accepted conn"] == 3)
                seen = page(client, "&full")
                assert (seen["total processes"], seen["active processes"]) == (2, 1)
                assert [stream["pid"] for stream in seen["streams"]] == [deployments[0].responder.process.child.pid]
                assert {process["pid"] for process in seen["processes"]} == {
                    deployment.responder.process.child.pid for deployment in deployments
                }
        # What has been done stays, however a process ends.
        deployments[0].responder.process.signal(signal.SIGKILL)
        assert wait_until(lambda: page(clients[1])["total processes"] == 1)
        assert page(clients[1])["live streams"] == 0
        assert sum(use["requests"] for use in page(clients[1])["usage"]) >= 2
    finally:
        for deployment in deployments:
            deployment.stop()


def test_counts_outlive_restarts(binaries, simulator, directory):
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
def test_settings_that_cannot_be_used_stop_the_start(run, simulator, directory, settings, words):
    ended = run("serve", "--listen", f"unix:{directory}/s", environment=environment(simulator.base, **settings))
    assert ended.returncode == 78
    assert words in ended.stderr
