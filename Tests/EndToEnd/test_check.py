"""gpt-proxy check: findings about this machine and about upstream."""

import datetime
import os
import resource
import socket

import pytest

from canaries import OPENAI_KEY
from stack import PROXY_KEY, environment
from upstream import Upstream

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY}


def findings(ended):
    """The verdict and the text of each finding, without remedies."""
    said = ended.stdout.partition("\n\n")[2].rpartition("\n\n")[0] + "\n" + ended.stderr
    lines = [line for line in said.splitlines() if line and not line.startswith(" ")]
    return [tuple(line.split(None, 1)) for line in lines]


def test_an_unusable_state_directory_is_a_warning(run, tmp_path):
    (tmp_path / "file").touch()
    for path in [tmp_path / "none", tmp_path / "file"]:
        ended = run("check", environment={**KEYS, "STATE_DIR": str(path)})
        assert ended.returncode == 0
        assert f"warning  STATE_DIR: {path} " in ended.stdout
    ended = run("check", environment={**KEYS, "STATE_DIR": str(tmp_path)})
    assert f"ok       STATE_DIR: is a directory that this user may write to: {tmp_path}" in ended.stdout


def test_a_max_body_that_exceeds_the_memory_limit_is_a_warning(run):
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
    ended = run("check", environment={**KEYS, "MAX_BODY": "1g"}, preexec_fn=limit)
    assert ended.returncode == 0
    assert "warning  MAX_BODY: is 1024 MB, but ulimit -d leaves room for only " in ended.stdout


def test_the_settings_come_first_and_a_summary_last(run):
    ended = run("check", environment=KEYS)
    assert (ended.returncode, ended.stderr) == (0, "")
    settings, rest = ended.stdout.split("\n\n", 1)
    assert all("=" in line for line in settings.splitlines())
    assert rest.startswith("ok       configuration: is complete\n")
    assert ended.stdout.endswith("\n\n4 ok, 0 warnings, 0 problems\n")


# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mode, verdict, word",
    [(0o600, "ok", "not accessible"), (0o640, "ok", "not accessible"), (0o644, "warning", "read"), (0o666, "problem", "changed")],
)
@pytest.mark.parametrize("kind", ["secret", ".env", "keys"])
def test_files_that_others_can_read_or_write_are_reported(run, directory, kind, mode, verdict, word):
    path = directory / ("key" if kind == "secret" else kind)
    if kind == "secret":
        path.write_text(OPENAI_KEY)
        settings = {"OPENAI_API_KEY_FILE": str(path), "PROXY_API_KEY": PROXY_KEY}
    elif kind == ".env":
        path.write_text(f"OPENAI_API_KEY={OPENAI_KEY}\n")
        settings = {"PROXY_API_KEY": PROXY_KEY}
    else:
        path.write_text("")
        settings = {**KEYS, "PROXY_KEYS_FILE": str(path)}
    path.chmod(mode)
    ended = run("check", environment=settings)
    assert ended.returncode == (verdict == "problem")
    assert any(found == verdict and path.name in text and word in text for found, text in findings(ended))
    assert verdict == "ok" or "chmod o-" in ended.stdout + ended.stderr


def test_an_environment_file_without_secrets_may_be_readable_by_others(run, directory):
    (directory / ".env").write_text("DEFAULT_MODEL=gpt-5\n")
    (directory / ".env").chmod(0o644)
    assert ".env" not in run("check", environment=KEYS).stdout


# --- Keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days, verdict, said",
    [(-2, "warning", "has expired"), (0, "warning", "a day"), (12, "warning", "13 days"), (20, "ok", "2 keys"), (None, "ok", "2 keys")],
)
def test_keys_that_expire_soon_are_reported(run, directory, days, verdict, said):
    path = directory / "keys"
    last = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days or 0)
    run("key", "new", "ann", "--add", "--file", path, *([] if days is None else ["--expires", str(last)]))
    run("key", "new", "bob", "--add", "--file", path)
    path.chmod(0o600)
    ended = run("check", environment={**KEYS, "PROXY_KEYS_FILE": str(path)})
    assert ended.returncode == 0
    (found,) = [(word, text) for word, text in findings(ended) if text.startswith("PROXY_KEYS_FILE")]
    assert found[0] == verdict and said in found[1]
    assert "'bob'" not in ended.stdout


# --- Descriptors ------------------------------------------------------------------------------------------------------


def test_a_max_streams_above_the_descriptor_limit_is_reported(run):
    ended = run("check", environment={**KEYS, "MAX_STREAMS": "900000000"})
    assert ended.returncode == 0
    assert "warning  MAX_STREAMS: is 900000000" in ended.stdout and "LimitNOFILE" in ended.stdout
    assert "ok       MAX_STREAMS: is 3," in run("check", environment={**KEYS, "MAX_STREAMS": "3"}).stdout


# --- The socket -------------------------------------------------------------------------------------------------------


def check_socket(run, address):
    return run("check", "--socket", address, environment=KEYS)


def test_a_socket_that_answers(run, default_deployment):
    ended = check_socket(run, f"unix:{default_deployment.responder.socket}")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "(mode 0660), and the web server must be one of them\n" in ended.stdout
    assert "answers in FastCGI\n" in ended.stdout


def test_a_port_that_answers(run, binaries, start, simulator):
    server = start(
        "gpt-proxy", [binaries / "gpt-proxy", "serve", "--listen", "127.0.0.1:0"], environment(simulator.base)
    )
    server.wait_until(lambda: '"started"' in server.log, "has not started")
    # The kernel has chosen the port.
    inodes = {os.readlink(f"/proc/{server.child.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{server.child.pid}/fd")}
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.read().splitlines()[1:]]
    (port,) = [int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in inodes and row[3] == "0A"]
    ended = check_socket(run, f"127.0.0.1:{port}")
    assert ended.returncode == 0
    assert f"ok       127.0.0.1:{port}: answers in FastCGI\n" in ended.stdout


@pytest.mark.parametrize("mode, said", [(0o666, "every user on this machine"), (0o600, "only by the user")])
def test_a_socket_with_too_wide_or_too_narrow_permissions_is_reported(run, default_deployment, mode, said):
    path = default_deployment.responder.socket
    path.chmod(mode)
    try:
        ended = check_socket(run, f"unix:{path}")
    finally:
        path.chmod(0o660)
    assert ended.returncode == 0
    assert any(verdict == "warning" and said in text for verdict, text in findings(ended))
    assert "0660" in ended.stdout


def test_a_path_that_is_missing_or_not_a_listening_socket_is_reported(run, directory):
    file = directory / "file"
    file.write_text("")
    left = directory / "left.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(left))
        listener.listen()
    left.chmod(0o660)
    for path, said in [(directory / "none", "is not there"), (file, "is not a socket"), (left, "Connection refused")]:
        ended = check_socket(run, f"unix:{path}")
        assert ended.returncode == 1
        assert said in ended.stderr, path
        assert f"problem  unix:{path}: " in ended.stderr


def test_a_process_that_accepts_no_connections_is_reported(run, directory):
    path = directory / "stopped.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0o660)
        ended = check_socket(run, f"unix:{path}")
    assert ended.returncode == 1
    assert "no response for 5 seconds" in ended.stderr


def test_a_server_that_does_not_speak_fastcgi_is_reported(run, simulator):
    address = simulator.base.removeprefix("http://").removesuffix("/v1")
    ended = check_socket(run, address)
    assert ended.returncode == 1
    assert "does not speak FastCGI" in ended.stderr


def test_an_invalid_address_is_reported(run):
    ended = check_socket(run, "nonsense")
    assert ended.returncode == 1
    assert "unix:/path" in ended.stderr


# --- Upstream ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


def models(*names):
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


def test_models_that_are_sent_but_not_listed_upstream_are_reported(run, upstream):
    settings = environment(upstream.base, DEFAULT_MODEL="mine", MODEL_MAP="gpt-4*=gpt-5.9")
    upstream.says(models("mine", "gpt-5", "gpt-5-mini", "gpt-5.9"))
    ended = run("check", "--upstream", environment=settings)
    assert ended.returncode == 0
    assert "ok       upstream: has the models that are sent: mine, gpt-5, gpt-5-mini, gpt-5.9\n" in ended.stdout
    upstream.says(models("gpt-5", "gpt-5.9"))
    ended = run("check", "--upstream", environment=settings)
    assert ended.returncode == 0
    assert "warning  upstream: does not list models that are sent: mine, gpt-5-mini\n" in ended.stdout
    assert "MODEL_MAP" in ended.stdout.split("does not list")[1]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"data": 1}', b"[]"])
def test_an_invalid_list_of_models_is_reported(run, upstream, body):
    upstream.says(body)
    ended = run("check", "--upstream", environment=environment(upstream.base))
    assert ended.returncode == 0
    assert "warning  upstream: has no readable list of models\n" in ended.stdout


@pytest.mark.parametrize(
    "status, reason, way_out",
    # The message about a key may quote it in part.
    [(401, "", "OPENAI_API_KEY"), (403, "", "OPENAI_API_KEY"), (404, ": API version not supported", "OPENAI_BASE")],
)
def test_an_upstream_rejection_is_reported_with_a_fix(run, upstream, status, reason, way_out):
    upstream.says({"error": {"message": "API version not supported"}}, status)
    ended = run("check", "--upstream", environment=environment(upstream.base))
    assert ended.returncode == 1
    assert f"problem  upstream: answers with status {status}{reason}\n" in ended.stderr
    assert way_out in ended.stderr
    assert "1 problem\n" in ended.stdout
