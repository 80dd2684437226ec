"""Whatever happens to STATE_DIR, requests and streams continue, and the status page reports what is missing."""

import contextlib
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import preload
from client import Client
from processes import wait_until
from stack import Deployment, environment
from trickle import PROMPT

CHAT = "/v1/chat/completions"


class Streams:
    """Streams with a piece of text every 50 ms, which are read in the background."""

    def __init__(self, client, count=10):
        self.longest_gap = 0
        self._left = False
        self._pool = ThreadPoolExecutor(count)
        self._begun = threading.Semaphore(0)
        self._readers = [self._pool.submit(self._read, client) for _ in range(count)]
        for _ in range(count):
            assert self._begun.acquire(timeout=60)

    def _read(self, client):
        with client.stream("[simulate pace=50 deltas=4000]", path=CHAT) as stream:
            assert stream.status == 200
            stream.read_until(b'"content":')
            self._begun.release()
            last = time.monotonic()
            for piece in stream.pieces():
                self.longest_gap = max(self.longest_gap, piece.time - last)
                last = piece.time
                if self._left:
                    return
        raise AssertionError("the stream has ended")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._left = True
        for reader in self._readers:
            if kind is None:
                reader.result()
        self._pool.shutdown()
        if kind is None:
            assert self.longest_gap < PROMPT


class Disk:
    """Makes a directory behave as on a disk that does not answer or is full, for processes started with `environment`."""

    def __init__(self, directory):
        self._file = tempfile.NamedTemporaryFile(dir=preload.library("disk.c").parent, buffering=0)
        self._set(0)
        self.environment = {
            "LD_PRELOAD": str(preload.library("disk.c")),
            "DISK_STATE": self._file.name,
            "DISK_DIRECTORY": str(directory),
        }

    def _set(self, state):
        os.pwrite(self._file.fileno(), struct.pack("q", state), 0)

    def be_well(self):
        self._set(0)

    def be_silent(self):
        self._set(1)

    def be_full(self):
        self._set(2)


@pytest.fixture
def disk(tmp_path):
    disk = Disk(tmp_path)
    yield disk
    disk.be_well()


@pytest.fixture
def deploy_there(binaries, simulator, tmp_path):
    """Makes deployments with a status page that share `tmp_path`."""
    deployments = []

    def make(**settings):
        settings = {"STATUS_PATH": "/status", "STATE_DIR": str(tmp_path)} | settings
        deployments.append(Deployment(binaries, environment(simulator.base, **settings)))
        deployments[-1].client = Client(deployments[-1].nginx.port)
        return deployments[-1]

    yield make
    for deployment in deployments:
        deployment.stop()


def page(client):
    reply = client.get("/status?json", headers={})
    assert reply.status == 200
    return reply.json


def fault(client):
    """The page's warnings about STATE_DIR."""
    return [text for text in page(client)["warnings"] if text.startswith("STATE_DIR: ")]


def boards(directory):
    """The processes' files."""
    return [file for file in directory.glob("*.scoreboard") if file.name != "past.scoreboard"]


def serves(client):
    """Whether two requests together take less than five seconds."""
    began = time.monotonic()
    assert client.ask("hi").status == 200
    assert client.get("/healthz", headers={}).status == 200
    return time.monotonic() - began < 5


def seen_by_others(run, directory, count):
    """Waits until another process reads this number of requests in the directory, including live ones."""
    text = f"accepted conn:        {count}\n"
    return wait_until(lambda: text in run("status", "--state-dir", str(directory)).stdout)


def end_with_counts(deploy_there, run, directory, requests=3):
    """Runs a process that counts requests and is killed."""
    deployment = deploy_there()
    for _ in range(requests):
        assert deployment.client.ask("hi").status == 200
    assert seen_by_others(run, directory, requests)
    deployment.responder.process.signal(signal.SIGKILL)
    deployment.responder.process.wait()


# --- Damage ---


@pytest.mark.parametrize("damage", ["truncated", "random bytes", "ten megabytes"])
def test_r8_damage_to_a_file_in_use_is_harmless_and_repaired(deploy_there, run, tmp_path, damage):
    client = deploy_there().client
    assert client.ask("hi").status == 200
    with Streams(client):
        assert seen_by_others(run, tmp_path, 11)
        (board,) = boards(tmp_path)
        for number in range(4):
            for _ in range(10):
                with open(board, "r+b") as file:
                    if damage == "truncated":
                        file.truncate(0)
                    elif damage == "ten megabytes":
                        file.write(random.randbytes(10 << 20))
                    else:
                        for _ in range(200):
                            file.seek(random.randrange(1 << 16))
                            file.write(random.randbytes(64))
                assert page(client)["live streams"] == 10
            # The file is written when counters have changed, alternately to its two slots.
            assert client.ask("hi").status == 200
            assert seen_by_others(run, tmp_path, 12 + number)
    assert fault(client) == []


# --- Obstacles ---


def test_r8_fifos_and_links_in_place_of_files_block_nothing(deploy_there, tmp_path):
    os.mkfifo(tmp_path / "x.scoreboard")
    os.mkfifo(tmp_path / "past.scoreboard")
    (tmp_path / "y.scoreboard").symlink_to("/dev/zero")
    client = deploy_there().client
    assert serves(client)
    assert page(client)["accepted conn"] == 2
    assert wait_until(lambda: len(boards(tmp_path)) == 3)


def test_r8_a_lock_held_by_a_stopped_process_blocks_nothing(deploy_there, run, tmp_path):
    end_with_counts(deploy_there, run, tmp_path)
    script = "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); print(flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        holder.stdout.readline()
        holder.send_signal(signal.SIGSTOP)
        client = deploy_there().client
        assert serves(client)
        assert page(client)["accepted conn"] == 5
        assert seen_by_others(run, tmp_path, 5)
        assert fault(client) == []
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.parametrize("kind", ["missing", "file", "read-only"])
def test_r8_an_unusable_directory_is_reported_and_used_when_it_becomes_usable(deploy_there, run, tmp_path, kind):
    path = tmp_path / "state"
    if kind == "file":
        path.touch()
    if kind == "read-only":
        path.mkdir(mode=0o500)
        if os.access(path, os.W_OK):
            pytest.skip("this user may write everywhere")
    deployment = deploy_there(STATE_DIR=str(path))
    client = deployment.client
    assert serves(client)
    (text, *_) = fault(client)
    assert f"cannot keep a scoreboard in {path}" in text
    assert page(client)["accepted conn"] == 2
    assert f"cannot keep a scoreboard in {path}" in deployment.responder.log
    if kind == "file":
        path.unlink()
    if kind == "read-only":
        path.chmod(0o700)
    else:
        path.mkdir()
    assert seen_by_others(run, path, 2)
    assert wait_until(lambda: fault(client) == [])
    assert "STATE_DIR is in use again" in deployment.responder.log


def test_r8_a_directory_that_is_removed_and_created_again_is_used_again(deploy_there, run, tmp_path):
    path = tmp_path / "state"
    path.mkdir()
    client = deploy_there(STATE_DIR=str(path)).client
    with Streams(client):
        assert seen_by_others(run, path, 10)
        shutil.rmtree(path)
        assert wait_until(lambda: len(fault(client)) == 2)
        assert all(str(path) in text for text in fault(client))
        assert page(client)["live streams"] == 10
        assert serves(client)
        path.mkdir()
        assert seen_by_others(run, path, 12)
        assert wait_until(lambda: fault(client) == [])


# --- A full disk ---


class Tmpfs:
    """Mounts a small file system that can be filled."""

    def __init__(self, directory):
        self.environment = {}
        self._directory = directory
        self._file = directory / "filler"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", directory], capture_output=True)
        if mounted.returncode != 0:
            pytest.skip("cannot mount file systems here")

    def be_full(self):
        with open(self._file, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def be_well(self):
        self._file.unlink()

    def unmount(self):
        subprocess.run(["umount", "--lazy", self._directory], check=True)


@pytest.fixture(params=["mounted", "preloaded"])
def small_disk(request, tmp_path):
    disk = Tmpfs(tmp_path) if request.param == "mounted" else Disk(tmp_path)
    yield disk
    if request.param == "mounted":
        disk.unmount()


def test_r8_a_full_disk_does_not_prevent_the_start(deploy_there, run, tmp_path, small_disk):
    end_with_counts(deploy_there, run, tmp_path)
    small_disk.be_full()
    deployment = deploy_there(**small_disk.environment)
    client = deployment.client
    assert serves(client)
    assert "No space left on device; free space on its file system" in fault(client)[0]
    assert "No space left on device" in deployment.responder.log
    # Earlier counts are still there.
    assert page(client)["accepted conn"] == 5
    small_disk.be_well()
    assert seen_by_others(run, tmp_path, 5)
    assert wait_until(lambda: fault(client) == [])
    # The counters of the ended process are added up.
    assert wait_until(lambda: len(boards(tmp_path)) == 1)


def test_r8_a_disk_that_fills_up_loses_no_counts(deploy_there, run, tmp_path, small_disk):
    end_with_counts(deploy_there, run, tmp_path)
    client = deploy_there(**small_disk.environment).client
    assert wait_until(lambda: (tmp_path / "past.scoreboard").exists())
    with Streams(client):
        small_disk.be_full()
        count = 13
        while not fault(client):
            # Each request has another model, so that the file grows.
            assert client.ask("hi", model=f"model-{count}").status == 200
            count += 1
        assert page(client)["accepted conn"] == count
        small_disk.be_well()
        assert seen_by_others(run, tmp_path, count)
    assert wait_until(lambda: fault(client) == [])


# --- A mount that does not answer ---


def test_r8_a_mount_that_does_not_answer_affects_the_status_page_only(deploy_there, run, tmp_path, disk):
    end_with_counts(deploy_there, run, tmp_path)
    deployment = deploy_there(**disk.environment)
    client = deployment.client
    assert client.ask("hi").status == 200
    assert page(client)["accepted conn"] == 4
    with Streams(client):
        disk.be_silent()
        for _ in range(3):
            began = time.monotonic()
            seen = page(client)
            assert time.monotonic() - began < 5
            assert "does not answer" in seen["warnings"][0]
            assert seen["total processes"] == 1 and seen["live streams"] == 10
            # The counters of the ended process were read before.
            assert seen["accepted conn"] >= 14
            assert serves(client)
        with ThreadPoolExecutor(50) as pool:
            replies = list(pool.map(lambda _: page(client), range(50)))
        assert {reply["live streams"] for reply in replies} == {10}
        disk.be_well()
        assert wait_until(lambda: fault(client) == [])
    log = deployment.responder.log
    assert log.count("does not answer") == 1 and log.count("STATE_DIR is in use again") == 1


def test_r8_a_mount_that_does_not_answer_delays_neither_start_nor_end(deploy_there, disk):
    disk.be_silent()
    began = time.monotonic()
    deployment = deploy_there(**disk.environment)
    assert serves(deployment.client)
    assert "does not answer" in fault(deployment.client)[0]
    assert time.monotonic() - began < 10
    assert "does not answer" in deployment.responder.log
    deployment.responder.process.signal(signal.SIGTERM)
    assert deployment.responder.process.wait(10) == 0


# --- Many requests for the page ---


@pytest.mark.alone
def test_many_requests_for_the_status_page_delay_no_stream(deploy_there):
    client = deploy_there().client
    for number in range(50):
        assert client.ask("hi", model=f"model-{number}").status == 200
    with Streams(client), ThreadPoolExecutor(50) as pool:
        forms = ["?json&full", "?openmetrics", "?full", ""]
        replies = pool.map(lambda number: client.get(f"/status{forms[number % 4]}", headers={}).status, range(400))
        assert set(replies) == {200}
        assert serves(client)
