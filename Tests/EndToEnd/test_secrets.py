"""Secrets: their sources, changes while the program runs, and places that must not contain them."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from client import ask
from processes import wait_until
from stack import OPENAI_KEY, PROXY_KEY, environment

NEW_KEY = "canary-new-key-5e21"


def status(client, key):
    return client.post(ask("hi"), headers={"X-API-KEY": key}).status


def asked_with(simulator):
    """The key of the last upstream request."""
    return dict(map(tuple, simulator.requests[-1]["headers"]))["Authorization"].removeprefix("Bearer ")


@pytest.fixture(params=["a file of its own", "a directory of credentials", "a mounted secret"])
def place(request, directory):
    """A function that stores a secret in one of three ways, replacing an earlier value, and returns the settings for it."""

    def place(name, value):
        if request.param == "a file of its own":
            path = directory / name
            path.write_text(value + "\n")
            return {f"{name}_FILE": str(path)}
        if request.param == "a directory of credentials":
            (directory / "credentials").mkdir(exist_ok=True)
            (directory / "credentials" / name).write_text(value)
            return {"CREDENTIALS_DIRECTORY": str(directory / "credentials")}
        # Like Kubernetes: all files are links into a directory, which is itself a link that is replaced.
        version = directory / f"..{len(os.listdir(directory))}"
        version.mkdir()
        (version / name).write_text(value)
        (directory / "..new").symlink_to(version.name)
        (directory / "..new").rename(directory / "..data")
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(f"..data/{name}")
        return {f"{name}_FILE": str(directory / name)}

    return place


def test_a_callers_key_is_changed_without_a_restart(deploy, place):
    deployment = deploy(PROXY_API_KEY=None, **place("PROXY_API_KEY", PROXY_KEY))
    client = deployment.client
    with client.stream("[simulate pace=100 deltas=20]") as stream:
        assert (status(client, PROXY_KEY), status(client, NEW_KEY)) == (200, 401)
        place("PROXY_API_KEY", NEW_KEY)
        assert wait_until(lambda: status(client, NEW_KEY) == 200)
        assert status(client, PROXY_KEY) == 401
        assert b"response.completed" in stream.rest()
    assert NEW_KEY not in deployment.responder.log


def test_upstreams_key_is_changed_without_a_restart(deploy, place, simulator):
    deployment = deploy(OPENAI_API_KEY=None, **place("OPENAI_API_KEY", OPENAI_KEY))
    client = deployment.client
    assert status(client, PROXY_KEY) == 200
    assert asked_with(simulator) == OPENAI_KEY
    place("OPENAI_API_KEY", NEW_KEY)
    assert wait_until(lambda: status(client, PROXY_KEY) == 200 and asked_with(simulator) == NEW_KEY)
    assert NEW_KEY not in deployment.responder.log


@pytest.mark.parametrize("broken", ["", " \n", "changeme", None])
def test_an_invalid_new_key_is_logged_and_the_old_one_stays_valid(deploy, directory, broken):
    path = directory / "key"
    path.write_text(PROXY_KEY)
    deployment = deploy(PROXY_API_KEY=None, PROXY_API_KEY_FILE=str(path))
    path.unlink() if broken is None else path.write_text(broken)
    deployment.responder.process.signal(signal.SIGHUP)
    assert wait_until(lambda: "file not read" in deployment.responder.log)
    assert "PROXY_API_KEY" in deployment.responder.log
    assert status(deployment.client, PROXY_KEY) == 200
    assert status(deployment.client, (broken or "").strip()) == 401


def test_no_secret_is_an_argument_or_in_a_core_dump(default_deployment):
    process = Path(f"/proc/{default_deployment.responder.process.child.pid}")
    arguments = (process / "cmdline").read_text()
    assert PROXY_KEY not in arguments and OPENAI_KEY not in arguments
    (limit,) = [line for line in (process / "limits").read_text().splitlines() if "core file" in line]
    assert limit.split()[4:6] == ["0", "0"]


def test_s26_other_programs_of_the_same_user_cannot_read_the_process(binaries):
    # Not in the test's own folder, which only root may be able to enter.
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(binaries / "gpt-proxy", place)
        os.chmod(place, 0o777)
        arguments = [f"{place}/gpt-proxy", "serve", "--listen", f"unix:{place}/socket"]
        settings = {"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY}
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        with subprocess.Popen(arguments, env=settings, cwd=place, stderr=subprocess.DEVNULL, **other) as child:
            try:
                wait_until(lambda: os.path.exists(f"{place}/socket"))
                # The kernel gives the files of a process that is not dumpable to root: proc_pid_environ(5).
                assert os.stat(f"/proc/{child.pid}/environ").st_uid == 0
            finally:
                child.kill()


def test_check_shows_no_secret_from_any_source(run, directory):
    secret = "canary-token-secret-that-is-long-enough"
    (directory / "key").write_text(OPENAI_KEY)
    settings = {"OPENAI_API_KEY_FILE": str(directory / "key"), "PROXY_API_KEY": PROXY_KEY, "JWT_SECRET": secret}
    ended = run("check", environment=settings)
    assert ended.returncode == 0, ended.stderr
    for name in ("OPENAI_API_KEY", "PROXY_API_KEY", "JWT_SECRET"):
        assert f"{name}=(set, not shown)\n" in ended.stdout
    assert not any(value in ended.stdout + ended.stderr for value in (OPENAI_KEY, PROXY_KEY, secret))


@pytest.mark.parametrize(
    "settings",
    [
        {"OPENAI_BASE": "https://user:canary-password@proxy.example/v1"},
        {"UPSTREAM_PROXY": "http://user:canary-password@proxy.example:3128"},
        {"JWT_JWKS_URL": "https://user:canary-password@login.example/keys", "JWT_ISSUER": "x", "JWT_AUDIENCE": "y"},
        {"JWT_SECRET": "canary-password"},
    ],
)
def test_a_configuration_error_quotes_no_password(run, settings):
    ended = run("check", environment=environment("http://127.0.0.1:9/v1", **settings))
    assert ended.returncode == 78
    assert list(settings)[0] in ended.stderr
    assert "canary" not in ended.stdout + ended.stderr
