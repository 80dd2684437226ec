"""A log that nobody reads holds up neither requests nor the end of the process, and says what it lost."""

import json
import os
import signal
import threading

import pytest

from client import Client, events, longest_gap
from processes import wait_until
from stack import Deployment, environment
from trickle import PROMPT


class UnreadLog:
    """A pipe for the log, which is not read until somebody asks."""

    def __init__(self, directory):
        self.path = directory / "log"
        os.mkfifo(self.path)
        # Both ends, so that opening it waits for nobody.
        self._descriptor = os.open(self.path, os.O_RDWR)
        self._text = b""

    def read_on(self):
        """Reads from now on, on a thread."""

        def read():
            while data := os.read(self._descriptor, 1 << 16):
                self._text += data

        threading.Thread(target=read, daemon=True).start()

    @property
    def lines(self):
        """The whole lines that have been read."""
        return [json.loads(line) for line in self._text[: self._text.rfind(b"\n") + 1].splitlines()]


@pytest.fixture
def log(tmp_path):
    return UnreadLog(tmp_path)


@pytest.fixture
def deployment(binaries, simulator, log):
    deployment = Deployment(binaries, environment(simulator.base, STATUS_PATH="/status"), log=log.path)
    yield deployment
    deployment.stop()


# Strangers' requests, each with a long line: more than the pipe and the queue take.
REQUESTS = 1200
LONG_PATH = "/" + "x" * 3000


def fill(client):
    for _ in range(REQUESTS):
        assert client.get(LONG_PATH, headers={}).status == 404


def test_r3_s9_requests_and_streams_go_on(deployment, log):
    client = Client(deployment.nginx.port)
    with client.stream("[simulate pace=20 deltas=50]") as stream:
        begin = stream.read_until(b"output_text.delta")
        filling = threading.Thread(target=fill, args=[client])
        filling.start()
        pieces = list(stream.pieces())
        filling.join()
        # Its end, too, has a line of the log, for which there is no room.
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


def test_r3_an_order_to_stop_ends_the_process(deployment):
    fill(Client(deployment.nginx.port))
    deployment.responder.process.signal(signal.SIGTERM)
    assert deployment.responder.process.wait() == 0
