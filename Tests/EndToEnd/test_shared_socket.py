"""Several processes on one socket, as started by systemd: each gets its share of the streams."""

import json
import signal
import socket
import threading
import time

import pytest

from client import Client, ask
from processes import Process, wait_until
from stack import Nginx, environment

STREAMS = 200


class Workers:
    """`count` processes that listen on one socket, with nginx in front."""

    def __init__(self, binaries, directory, base, count):
        path = directory / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(512)
            descriptor = listener.fileno()
            command = [binaries / "gpt-proxy", "serve", "--listen", f"fd:{descriptor}"]
            self.processes = [
                Process(f"worker-{number}", command, directory, environment(base), pass_fds=[descriptor])
                for number in range(count)
            ]
        for process in self.processes:
            process.wait_until(lambda: "started" in process.log, "has not started")
        self.nginx = Nginx(path, directory)
        self.client = Client(self.nginx.port)

    def streamed(self):
        """The number of finished streams of each process."""
        lines = [[json.loads(line) for line in process.log.splitlines()] for process in self.processes]
        return [sum(1 for line in of_one if line.get("stream")) for of_one in lines]

    def stop(self):
        for process in [*self.processes, self.nginx.process]:
            process.stop()


@pytest.fixture
def workers(binaries, directory, simulator):
    started = []

    def start(count):
        started.append(Workers(binaries, directory, simulator.base, count))
        return started[-1]

    yield start
    for workers in started:
        workers.stop()


@pytest.mark.alone
@pytest.mark.parametrize("load", [False, True], ids=["alone", "with a load of short requests"])
@pytest.mark.parametrize("count", [2, 4])
def test_r7_processes_share_the_streams(workers, simulator, count, load):
    workers = workers(count)
    ended = threading.Event()

    def ask_on():
        while not ended.is_set():
            workers.client.ask("hi")

    askers = [threading.Thread(target=ask_on) for _ in range(2 if load else 0)]
    for asker in askers:
        asker.start()
    streams = []
    try:
        for _ in range(STREAMS):
            streams.append(workers.client.send("POST", "/proxy", ask("[simulate pace=1000 deltas=100]", stream=True)))
            time.sleep(0.02)
        ended.set()
        for asker in askers:
            asker.join()
        assert wait_until(lambda: len(simulator.requests) >= STREAMS)
        # A process that is killed loses only its own share of the streams.
        workers.processes[0].signal(signal.SIGKILL)
        workers.processes[0].wait()
        assert workers.client.ask("hi").status == 200
    finally:
        ended.set()
        for stream in streams:
            stream.close()
    survivors = len(workers.processes) - 1
    assert wait_until(lambda: sum(workers.streamed()) >= STREAMS * survivors / count * 0.8)
    shares = workers.streamed()
    shares[0] = STREAMS - sum(shares)
    # With two processes, at most 60 to 40.
    assert all(0.8 <= share * count / STREAMS <= 1.2 for share in shares), shares
