"""Callers with their own keys, in a file that is read again when it changes."""

import json
import signal

import pytest

from client import ask
from processes import wait_until
from stack import PROXY_KEY

PATH = "/v1/chat/completions"


@pytest.fixture
def keys_file(directory):
    path = directory / "keys"
    path.write_text("# callers\n")
    return path


@pytest.fixture
def new_key(run, keys_file):
    """Makes a key and adds it to the file."""

    def new_key(label, *options):
        ended = run("key", "new", label, "--add", "--file", keys_file, *options)
        assert ended.returncode == 0, ended.stderr
        key, line = ended.stdout.splitlines()
        assert line.startswith(f"{label} sha256:") and key not in line
        return key

    return new_key


def status(client, key, path=PATH, **fields):
    return client.post(ask("hi", **fields), headers={"X-API-KEY": key}, path=path).status


def test_each_caller_has_a_key_and_a_label(deploy, new_key, keys_file):
    ann, bob = new_key("ann"), new_key("bob")
    deployment = deploy(PROXY_KEYS_FILE=str(keys_file), PROXY_API_KEY=None)
    assert [status(deployment.client, key) for key in (ann, bob, PROXY_KEY, "")] == [200, 200, 401, 401]
    bearer = {"Authorization": f"Bearer {bob}"}
    assert deployment.client.post(ask("hi"), headers=bearer).status == 200
    assert wait_until(lambda: len(deployment.responder.access_log()) == 5)
    labels = [line.get("caller") for line in deployment.responder.access_log()]
    assert labels == ["ann", "bob", None, None, "bob"]
    assert ann not in deployment.responder.log and bob not in deployment.responder.log


def test_two_headers_must_identify_the_same_caller(deploy, new_key, keys_file):
    ann, bob = new_key("ann"), new_key("bob")
    client = deploy(PROXY_KEYS_FILE=str(keys_file)).client
    for first, second, expected in [(ann, ann, 200), (ann, bob, 401), (ann, PROXY_KEY, 401), (PROXY_KEY, PROXY_KEY, 200)]:
        headers = {"X-API-KEY": first, "Authorization": f"Bearer {second}"}
        assert client.post(ask("hi"), headers=headers).status == expected


def test_changed_keys_are_read_without_a_restart(deploy, run, new_key, keys_file):
    ann = new_key("ann")
    client = deploy(PROXY_KEYS_FILE=str(keys_file)).client
    bob = new_key("bob")
    assert wait_until(lambda: status(client, bob) == 200)
    with client.stream_of(ask("[simulate pace=100 deltas=20]", stream=True), "/proxy") as stream:
        assert run("key", "revoke", "ann", "--file", keys_file).stdout == "revoked 1\n"
        assert wait_until(lambda: status(client, ann) == 401)
        assert b"response.completed" in stream.rest()
    assert status(client, bob) == 200
    assert run("key", "list", "--file", keys_file).stdout == "bob\n"


def test_an_invalid_file_keeps_the_old_keys_and_is_logged(deploy, new_key, keys_file):
    ann = new_key("ann")
    deployment = deploy(PROXY_KEYS_FILE=str(keys_file))
    keys_file.write_text("nonsense\n")
    deployment.responder.process.signal(signal.SIGHUP)
    assert wait_until(lambda: "file not read" in deployment.responder.log)
    assert "line 1" in deployment.responder.log
    assert status(deployment.client, ann) == 200


def test_an_invalid_file_at_startup_is_reported(run, keys_file):
    keys_file.write_text("ann sha256:12\n")
    ended = run("check", environment={"OPENAI_API_KEY": "k", "PROXY_KEYS_FILE": str(keys_file)})
    assert ended.returncode == 78
    assert "PROXY_KEYS_FILE" in ended.stderr and "line 1" in ended.stderr


def test_an_expired_key_is_rejected(deploy, new_key, keys_file):
    old = new_key("ann", "--expires", "2020-01-01")
    client = deploy(PROXY_KEYS_FILE=str(keys_file)).client
    assert status(client, old) == 401
    assert status(client, old, "/proxy") == 401


def test_a_caller_may_use_only_its_models(deploy, new_key, keys_file, simulator):
    ann = new_key("ann", "--models", "gpt-4o,gpt-5-nano")
    client = deploy(PROXY_KEYS_FILE=str(keys_file)).client

    def post(path, **fields):
        return client.post(ask("hi") | fields, headers={"X-API-KEY": ann}, path=path)

    assert post(PATH).status == 200
    assert post(PATH, model="gpt-5-nano").status == 200
    simulator.forget()
    for path, fields in [
        (PATH, {"model": "gpt-4.1"}),
        ("/v1/responses", {"model": "gpt-4.1", "input": "hi"}),
        ("/v1/responses", {"model": None, "prompt": {"id": "pmpt_1"}}),
        ("/v1/responses/compact", {"model": None, "input": "hi"}),
        ("/v1/completions", {"model": "gpt-4.1", "prompt": "hi"}),
        ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "hi"}),
        ("/v1/embeddings", {"model": None, "input": "hi"}),
    ]:
        reply = post(path, **fields)
        assert reply.status == 403, path
        assert reply.json["error"]["param"] == "model"
        assert reply.json["error"]["code"] == "model_not_found"
    assert client.post(ask("hi") | {"model": "gpt-4.1"}, headers={"X-API-KEY": ann}).json == {
        "detail": "This key may not use the model 'gpt-4.1'. GET /v1/models lists the models it may use."
    }
    assert simulator.requests == []
    listed = client.get("/v1/models", headers={"X-API-KEY": ann}).json["data"]
    assert {model["id"] for model in listed} == {"gpt-4o", "gpt-5-nano"}
    assert client.get("/v1/models/gpt-4.1", headers={"X-API-KEY": ann}).status == 403


def test_a_key_may_have_its_own_target(deploy, new_key, keys_file, simulator):
    ann = new_key("ann", "--target", "chat")
    client = deploy(PROXY_KEYS_FILE=str(keys_file)).client
    assert status(client, ann) == 200
    assert simulator.request["path"].endswith("/chat/completions")


def test_authz_returns_the_caller_and_its_limits(deploy, new_key, keys_file, simulator):
    ann = new_key("ann", "--limits", "high")
    client = deploy(PROXY_KEYS_FILE=str(keys_file)).client
    for method in ("GET", "POST"):
        reply = client.request(method, "/authz", headers={"X-API-KEY": ann})
        assert (reply.status, reply.body) == (204, b"")
        assert reply.headers["x-gpt-proxy-caller"] == "ann"
        assert reply.headers["x-gpt-proxy-limits"] == "high"
    assert client.get("/authz", headers={"X-API-KEY": "wrong"}).status == 401
    assert simulator.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("",),
        ("a b",),
        ("ann\n",),
        ("ann", "--expires", "soon"),
        ("ann", "--models", ""),
        ("ann", "--models", "gpt-4o gpt-5"),
        ("ann", "--limits", "high\neve"),
        ("ann", "--target", "x"),
    ],
)
def test_invalid_options_of_a_key_are_rejected(run, keys_file, arguments):
    ended = run("key", "new", *arguments, "--add", "--file", keys_file)
    assert ended.returncode == 64
    assert ended.stdout == ""
    assert keys_file.read_text() == "# callers\n"


def test_the_json_log_contains_no_digest(deploy, new_key, keys_file):
    ann = new_key("ann")
    deployment = deploy(PROXY_KEYS_FILE=str(keys_file))
    status(deployment.client, ann)
    assert wait_until(deployment.responder.access_log)
    assert "sha256" not in json.dumps(deployment.responder.access_log())
