"""A mount that stops answering delays only changes to its own files."""

import os
import signal
import threading
import time

import pytest

from canaries import OPENAI_KEY
from client import ask
from hanging import HangingMount, PreloadedHang
from processes import wait_until
from stack import PROXY_KEY, environment

NEW_KEY = "canary-new-key-5e21"

# How long the files do not answer, in seconds. The program checks them every second.
HANG = 4


@pytest.fixture(params=[HangingMount, PreloadedHang], ids=["a mount", "calls that wait"])
def place(request):
    place = request.param()
    yield place
    place.stop()


# For slow tests, one kind of place is enough.
calls_that_wait = pytest.mark.parametrize("place", [PreloadedHang], indirect=True, ids=["calls that wait"])


def status(client, key):
    return client.post(ask("hi"), headers={"X-API-KEY": key}).status


@pytest.fixture
def deployment(deploy, place, run):
    """A service with all its files in that place, and a key for the caller ann."""
    ended = run("key", "new", "ann")
    key, line = ended.stdout.splitlines()
    deployment = deploy(
        PROXY_API_KEY=None,
        OPENAI_API_KEY=None,
        PROXY_API_KEY_FILE=str(place.write("shared", PROXY_KEY)),
        OPENAI_API_KEY_FILE=str(place.write("upstream", OPENAI_KEY)),
        PROXY_KEYS_FILE=str(place.write("keys", line + "\n")),
        STATUS_PATH="/status",
        **place.environment,
    )
    deployment.ann = key
    assert status(deployment.client, PROXY_KEY) == status(deployment.client, key) == 200
    yield deployment
    place.answer()


class Reader(threading.Thread):
    """Reads a stream to its end and records when each piece arrived."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self._stream = client.stream("[simulate pace=50 deltas=100]")
        self.times = []
        self.data = b""
        self.start()

    def run(self):
        with self._stream as stream:
            for piece in stream.pieces():
                self.times.append(piece.time)
                self.data += piece.data

    @property
    def longest_gap(self):
        return max(after - before for before, after in zip(self.times, self.times[1:]))


def test_r5_streams_and_requests_continue_while_files_hang(deployment, place):
    client = deployment.client
    readers = [Reader(client) for _ in range(6)]
    assert wait_until(lambda: all(reader.times for reader in readers))
    place.hang()
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        began = time.monotonic()
        assert client.get("/healthz").status == 200
        assert client.get("/status?json", headers={}).status == 200
        assert [status(client, key) for key in (PROXY_KEY, deployment.ann, "wrong")] == [200, 200, 401]
        assert time.monotonic() - began < HANG / 2
        time.sleep(0.1)
    place.answer()
    for reader in readers:
        reader.join(60)
        assert b"response.completed" in reader.data
        assert reader.longest_gap < HANG / 2


def test_r5_changes_are_read_as_soon_as_the_files_answer(deployment, place):
    place.hang()
    time.sleep(1.5)
    place.write("shared", NEW_KEY)
    place.write("keys", "# no keys\n")
    assert status(deployment.client, PROXY_KEY) == 200
    place.answer()
    assert wait_until(lambda: status(deployment.client, NEW_KEY) == 200)
    assert wait_until(lambda: status(deployment.client, deployment.ann) == 401)
    assert status(deployment.client, PROXY_KEY) == 401


def test_r5_a_hanging_file_does_not_delay_other_files(deploy, place, directory):
    shared = directory / "shared"
    shared.write_text(PROXY_KEY)
    upstream = place.write("upstream", OPENAI_KEY)
    settings = {"PROXY_API_KEY_FILE": str(shared), "OPENAI_API_KEY_FILE": str(upstream), **place.environment}
    deployment = deploy(PROXY_API_KEY=None, OPENAI_API_KEY=None, **settings)
    place.hang()
    time.sleep(1.5)
    shared.write_text(NEW_KEY)
    assert wait_until(lambda: status(deployment.client, NEW_KEY) == 200)
    place.answer()


@pytest.mark.parametrize("orders", [[signal.SIGTERM], [signal.SIGHUP, signal.SIGHUP, signal.SIGTERM]], ids=len)
def test_r5_sigterm_ends_the_process_while_files_hang(deployment, place, orders):
    place.hang()
    time.sleep(1.5)
    for order in orders:
        deployment.responder.process.signal(order)
        # The kernel merges pending signals of the same kind into one.
        time.sleep(0.2)
    assert deployment.responder.process.wait() == 0


@calls_that_wait
def test_r5_startup_does_not_wait_forever_for_a_secret(run, place, simulator):
    path = place.write("shared", PROXY_KEY)
    place.hang()
    settings = environment(simulator.base, PROXY_API_KEY=None, PROXY_API_KEY_FILE=str(path), **place.environment)
    ended = run("check", environment=settings)
    place.answer()
    assert ended.returncode == 78
    assert f"PROXY_API_KEY: cannot read {path}: it did not answer within 10 s; " in ended.stderr


@calls_that_wait
def test_r5_startup_does_not_wait_forever_for_the_environment_file(run, place, simulator):
    path = place.write("env", f"OPENAI_API_KEY={OPENAI_KEY}\nPROXY_API_KEY={PROXY_KEY}\n")
    place.hang()
    ended = run("--env-file", path, "check", environment=place.environment)
    place.answer()
    assert ended.returncode == 78
    assert f"{path} did not answer within 10 s" in ended.stderr


@pytest.mark.parametrize("broken", ["a large file", "a pipe", "a directory"])
def test_r5_a_file_that_cannot_be_a_secret_is_not_read(deploy, directory, broken):
    path = directory / "shared"
    path.write_text(PROXY_KEY)
    deployment = deploy(PROXY_API_KEY=None, PROXY_API_KEY_FILE=str(path))
    before = deployment.responder.process.peak_kilobytes
    path.unlink()
    if broken == "a large file":
        with open(path, "wb") as file:
            file.truncate(300 << 20)
    else:
        os.mkfifo(path) if broken == "a pipe" else path.mkdir()
    assert wait_until(lambda: status(deployment.client, PROXY_KEY) == 200 and "file not read" in deployment.responder.log)
    assert ("it is larger than 64 KB" if broken == "a large file" else f"it is {broken}") in deployment.responder.log
    assert status(deployment.client, PROXY_KEY) == 200
    assert deployment.responder.process.peak_kilobytes < before + 20_000
