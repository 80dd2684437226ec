"""A revoked key is no longer accepted, whichever accounts edit the file and run the service, and `revoke` confirms it."""

import grp
import os
import pwd
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from canaries import assert_no_key
from processes import ENVIRONMENT, wait_until
from stack import as_user

# The account that runs the service, if the tests run as root.
SERVICE = "nobody"
GROUP = grp.getgrgid(pwd.getpwnam(SERVICE).pw_gid).gr_name
only_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can edit the files of another user's service")


@pytest.fixture
def place(directory):
    """A directory for the operator's files, which the service's account may enter."""
    directory.chmod(0o755)
    return directory


@pytest.fixture
def keys_file(place):
    return place / "keys"


@pytest.fixture
def new_key(run, keys_file):
    def new_key(label):
        ended = run("key", "new", label, "--add", "--file", keys_file)
        assert ended.returncode == 0, ended.stderr
        if os.getuid() == 0:
            shutil.chown(keys_file, group=GROUP)
        return ended.stdout.splitlines()[0]

    return new_key


@pytest.fixture
def state(place):
    """A directory in which processes keep their scoreboards."""
    path = place / "state"
    path.mkdir()
    if os.getuid() == 0:
        shutil.chown(path, SERVICE)
    return path


@pytest.fixture
def serve(deploy, keys_file, state):
    """Starts services that share a directory for their scoreboards; root starts them as another user."""

    def serve(**settings):
        user = SERVICE if os.getuid() == 0 else None
        defaults = {"PROXY_KEYS_FILE": str(keys_file), "STATE_DIR": str(state), "STATUS_PATH": "/status"}
        return deploy(user=user, PROXY_API_KEY=None, **{**defaults, **settings})

    return serve


def status(deployment, key):
    return deployment.client.get("/authz", headers={"X-API-KEY": key}).status


def page(deployment):
    return deployment.client.get("/status?json", headers={}).json


def metric(deployment, setting):
    text = deployment.client.get("/status?openmetrics", headers={}).body.decode()
    return int(re.search(rf'^gpt_proxy_unreadable_files{{setting="{setting}"}} (\d+)$', text, re.MULTILINE)[1])


# --- The account ------------------------------------------------------------------------------------------------------


@only_root
@pytest.mark.parametrize(
    "owner, group, mode", [("root", GROUP, 0o640), (SERVICE, GROUP, 0o600), (SERVICE, "root", 0o400)]
)
def test_s1_a_key_is_revoked_whichever_account_runs_the_service(serve, run, new_key, keys_file, owner, group, mode):
    ann, bob = new_key("ann"), new_key("bob")
    shutil.chown(keys_file, owner, group)
    keys_file.chmod(mode)
    before = keys_file.stat()
    deployment = serve()
    assert [status(deployment, key) for key in (ann, bob)] == [204, 204]
    ended = run("key", "revoke", "ann", "--file", keys_file)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "revoked 1\n", "")
    assert wait_until(lambda: status(deployment, ann) == 401)
    assert status(deployment, bob) == 204
    after = keys_file.stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)
    assert after.st_ino != before.st_ino
    assert "file not read" not in deployment.responder.log


@only_root
def test_s1_an_edit_that_cannot_keep_the_owner_is_rejected_with_a_fix(binaries, place, new_key, keys_file):
    new_key("ann")
    keys_file.chmod(0o644)
    shutil.chown(place, SERVICE)
    before = keys_file.read_text()
    command = as_user(SERVICE, binaries / "gpt-proxy", "key", "revoke", "ann", "--file", keys_file)
    ended = subprocess.run(command, cwd="/", env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"gpt-proxy: cannot keep the owner and mode of {keys_file} (user root, group {GROUP}, mode 0644): " in ended.stderr
    assert "run the command as root" in ended.stderr
    assert keys_file.read_text() == before
    assert sorted(path.name for path in place.iterdir()) == ["keys"]


def test_s1_an_error_names_the_file_the_reason_and_the_fix(run, keys_file):
    ended = run("key", "revoke", "ann", "--file", keys_file)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"gpt-proxy: cannot open {keys_file}: No such file or directory; create it, or name another path\n"
    )
    keys_file.write_text("ann nonsense\n")
    ended = run("key", "revoke", "ann", "--file", keys_file)
    assert ended.returncode == 1
    assert f"{keys_file} is invalid: line 1: " in ended.stderr and "correct it first" in ended.stderr
    keys_file.unlink()
    keys_file.mkdir()
    assert "it is a directory; name a regular file" in run("key", "list", "--file", keys_file).stderr


def test_s1_a_link_stays_and_its_file_is_edited(run, place, new_key, keys_file):
    real = place / "real"
    real.touch()
    keys_file.symlink_to("real")
    new_key("ann")
    assert run("key", "revoke", "ann", "--file", keys_file).stdout == "revoked 1\n"
    assert keys_file.is_symlink() and real.read_text() == ""


def test_s1_a_new_file_is_readable_by_owner_and_group_and_the_command_says_so(run, keys_file):
    ended = run("key", "new", "ann", "--add", "--file", keys_file)
    assert keys_file.stat().st_mode & 0o777 == 0o640
    assert "the user that runs gpt-proxy must" in ended.stderr
    assert run("key", "new", "bob", "--add", "--file", keys_file).stderr == ""


# --- Several editors --------------------------------------------------------------------------------------------------


def test_s1_no_concurrent_revocation_is_lost(run, new_key, keys_file):
    labels = [f"caller-{number}" for number in range(20)]
    for label in [*labels, "bob"]:
        new_key(label)
    with ThreadPoolExecutor(4) as editors:
        ended = list(editors.map(lambda label: run("key", "revoke", label, "--file", keys_file), labels))
    assert [(each.returncode, each.stdout, each.stderr) for each in ended] == [(0, "revoked 1\n", "")] * 20
    assert run("key", "list", "--file", keys_file).stdout == "bob\n"
    assert [path.name for path in keys_file.parent.iterdir() if path.name.startswith("keys")] == ["keys"]


# --- Confirmation by processes ----------------------------------------------------------------------------------------


def test_s1_a_revocation_is_confirmed_by_all_processes(serve, run, new_key, keys_file, state):
    keys = [new_key(label) for label in ("ann", "bob", "cyd")]
    deployments = [serve() for _ in range(3)]
    # The state directory is named in the configuration, or on the command line.
    ended = run("key", "revoke", "ann", "--file", keys_file, environment={"STATE_DIR": str(state)})
    assert (ended.returncode, ended.stdout) == (0, "revoked 1\n3 processes have it\n")
    assert [[status(each, key) for key in keys] for each in deployments] == [[401, 204, 204]] * 3
    deployments[0].responder.process.stop()
    ended = run("key", "revoke", "bob", "--file", keys_file, "--state-dir", state)
    assert (ended.returncode, ended.stdout) == (0, "revoked 1\n2 processes have it\n")
    assert [status(each, keys[1]) for each in deployments[1:]] == [401] * 2


def test_s1_a_new_key_is_valid_when_the_command_ends(serve, run, keys_file, state, new_key):
    new_key("ann")
    deployment = serve()
    ended = run("key", "new", "bob", "--add", "--file", keys_file, "--state-dir", state)
    assert (ended.returncode, ended.stderr) == (0, "1 process has it\n")
    key, _ = ended.stdout.splitlines()
    assert status(deployment, key) == 204


def test_s1_concurrent_revocations_are_all_confirmed(serve, run, new_key, keys_file, state):
    labels = [f"caller-{number}" for number in range(8)]
    keys = [new_key(label) for label in labels]
    deployment = serve()

    def revoke(label):
        return run("key", "revoke", label, "--file", keys_file, "--state-dir", state)

    with ThreadPoolExecutor(4) as editors:
        assert [each.stdout for each in editors.map(revoke, labels)] == ["revoked 1\n1 process has it\n"] * 8
    assert [status(deployment, key) for key in keys] == [401] * 8


def test_s1_a_process_that_does_not_use_the_changed_file_is_named(serve, run, new_key, keys_file, state, place):
    new_key("ann")
    other = place / "other"
    other.write_text("# others\n")
    process = serve(PROXY_KEYS_FILE=str(other)).responder.process.child.pid
    serve()
    ended = run("key", "revoke", "ann", "--file", keys_file, "--state-dir", state)
    assert (ended.returncode, ended.stdout) == (1, "revoked 1\n")
    assert f"process {process} does not use the changed file: see its log, and whether its PROXY_KEYS_FILE names it" in ended.stderr
    assert "not in force everywhere" in ended.stderr
    assert ended.stderr.count("process ") == 1


def test_s1_a_directory_without_processes_is_named(run, new_key, keys_file, state):
    new_key("ann")
    new_key("bob")
    none = state / "none"
    ended = run("key", "revoke", "ann", "--file", keys_file, environment={"STATE_DIR": str(none)})
    assert (ended.returncode, ended.stdout) == (0, f"revoked 1\nno process is running in {none}\n")
    ended = run("key", "revoke", "bob", "--file", keys_file, "--state-dir", none)
    assert ended.returncode == 1
    assert f"running processes use it: cannot read {none}: No such file or directory" in ended.stderr


# --- A file that cannot be read ---------------------------------------------------------------------------------------


@only_root
def test_s1_an_unreadable_file_is_reported_everywhere_until_it_is_readable(serve, run, new_key, keys_file, state):
    ann, bob = new_key("ann"), new_key("bob")
    shutil.chown(keys_file, SERVICE)
    keys_file.chmod(0o600)
    deployment = serve()
    assert (page(deployment)["warnings"], metric(deployment, "PROXY_KEYS_FILE")) == ([], 0)

    # The content and the modification time stay the same.
    shutil.chown(keys_file, "root")
    assert wait_until(lambda: metric(deployment, "PROXY_KEYS_FILE") == 1)
    assert metric(deployment, "PROXY_API_KEY") == 0
    (warning,) = page(deployment)["warnings"]
    assert warning.startswith("The file of PROXY_KEYS_FILE cannot be read by 1 of 1 processes")
    assert deployment.responder.log.count("file not read") == 1
    assert "Permission denied" in deployment.responder.log
    assert [status(deployment, key) for key in (ann, bob)] == [204, 204]

    process = deployment.responder.process.child.pid
    ended = run("key", "revoke", "ann", "--file", keys_file, "--state-dir", state)
    assert (ended.returncode, ended.stdout) == (1, "revoked 1\n")
    assert f"process {process} cannot read the changed file" in ended.stderr
    settings = {"OPENAI_API_KEY": "x", "PROXY_KEYS_FILE": str(keys_file), "STATE_DIR": str(state)}
    ended = run("check", environment=settings)
    assert ended.returncode == 1
    assert f"problem  PROXY_KEYS_FILE: its file cannot be read by process {process}\n" in ended.stderr

    shutil.chown(keys_file, SERVICE)
    assert wait_until(lambda: status(deployment, ann) == 401)
    assert status(deployment, bob) == 204
    assert wait_until(lambda: metric(deployment, "PROXY_KEYS_FILE") == 0)
    assert page(deployment)["warnings"] == []
    assert "file can be read again" in deployment.responder.log


def test_s1_keys_expire_if_their_file_is_unreadable_longer_than_the_grace(serve, new_key, keys_file, place):
    ann = new_key("ann")
    deployment = serve(KEYS_FILE_GRACE="2s")
    keys_file.rename(place / "away")
    assert wait_until(lambda: status(deployment, ann) == 503)
    reply = deployment.client.get("/v1/models", headers={"X-API-KEY": ann})
    assert reply.status == 503
    assert reply.json["error"]["code"] == "keys_unreadable"
    assert int(reply.headers["Retry-After"]) > 0
    assert status(deployment, "wrong") == 401
    assert wait_until(lambda: "the keys in it are no longer accepted" in deployment.responder.log)
    (line,) = [line for line in deployment.responder.access_log() if line["route"] == "/v1/models"]
    assert line["error"] == "keys_unreadable"
    (place / "away").rename(keys_file)
    assert wait_until(lambda: status(deployment, ann) == 204)


@only_root
def test_s1_a_file_that_becomes_readable_again_is_read_without_a_signal(serve, new_key, keys_file):
    """Its content and modification time stay the same."""
    ann = new_key("ann")
    deployment = serve()
    # Like an editor that does not keep the file's owner.
    replacement = keys_file.with_name("replacement")
    replacement.write_text("# no keys\n")
    replacement.chmod(0o600)
    replacement.rename(keys_file)
    assert wait_until(lambda: status(deployment, ann) == 204 and "file not read" in deployment.responder.log)
    shutil.chown(keys_file, SERVICE)
    assert wait_until(lambda: status(deployment, ann) == 401)


def test_s1_a_corrected_file_is_read_without_a_signal(serve, new_key, keys_file):
    ann = new_key("ann")
    good = keys_file.read_text()
    deployment = serve()
    keys_file.write_text("nonsense\n")
    assert wait_until(lambda: status(deployment, ann) == 204 and "line 1" in deployment.responder.log)
    keys_file.write_text("# no keys\n")
    assert wait_until(lambda: status(deployment, ann) == 401)
    keys_file.write_text(good)
    assert wait_until(lambda: status(deployment, ann) == 204)
    assert_no_key(deployment.responder.log, "the log")
