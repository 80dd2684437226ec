"""A log that is not read delays neither requests nor the end of the process, and reports the number of lost lines."""

import json
import signal
import threading

import pytest

from client import Client, events, longest_gap
from log_pipe import LogPipe
from processes import wait_until
from stack import Deployment, environment
from trickle import PROMPT


class UnreadLog(LogPipe):
    """A pipe for the log that is not read until the test starts reading."""

    def __init__(self, directory):
        super().__init__(directory)
        self._file = directory / "read"

    def read_on(self):
        self.read_into(self._file)

    @property
    def lines(self):
        """The complete lines that have been read."""
        text = self._file.read_bytes()
        return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]


@pytest.fixture
def log(tmp_path):
    log = UnreadLog(tmp_path)
    yield log
    log.close()


@pytest.fixture
def deployment(binaries, simulator, log):
    deployment = Deployment(binaries, environment(simulator.base, STATUS_PATH="/status"), log=log.path)
    yield deployment
    deployment.stop()


# Requests of unknown callers, each with a long log line: more than the pipe and the queue can hold.
REQUESTS = 2500
LONG_ID = {"X-Client-Request-Id": "x" * 512}


def fill(client):
    for _ in range(REQUESTS):
        assert client.get("/nothing", headers=LONG_ID).status == 404


def test_r3_s9_requests_and_streams_continue_while_the_log_is_not_read(deployment, log):
    client = Client(deployment.nginx.port)
    with client.stream("[simulate pace=20 deltas=50]") as stream:
        begin = stream.read_until(b"output_text.delta")
        filling = threading.Thread(target=fill, args=[client])
        filling.start()
        pieces = list(stream.pieces())
        filling.join()
        # The end of the stream must also be logged, although the queue is full.
        assert events(begin + b"".join(piece.data for piece in pieces))[-1][0] == "response.completed"
        assert longest_gap(pieces) < PROMPT
    assert client.get("/healthz").status == 200
    lost = client.get("/status?json").json["lost log lines"]
    assert 0 < lost < REQUESTS
    assert f"gpt_proxy_log_lines_lost_total {lost}\n" in client.get("/status?openmetrics").body.decode()

    log.read_on()
    assert wait_until(lambda: sum(line.get("lines_lost", 0) for line in log.lines) >= lost)
    logged = [line for line in log.lines if line.get("status") == 404 or line.get("stream")]
    assert len(logged) + sum(line.get("lines_lost", 0) for line in log.lines) >= REQUESTS + 1
    assert client.ask("hi").status == 200
    assert wait_until(lambda: log.lines[-1].get("route") == "/proxy")


def test_r3_sigterm_ends_the_process_while_the_log_is_not_read(deployment):
    fill(Client(deployment.nginx.port))
    deployment.responder.process.signal(signal.SIGTERM)
    assert deployment.responder.process.wait() == 0
