"""Two worker processes on one socket: killing one does not affect the other, and each can be replaced at any time."""

import itertools
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from client import Client, events
from processes import Process, remove, temporary_directory, wait_until
from stack import Nginx, environment

REQUESTS = 400


class Workers:
    """A listening socket, the responders started on it, and nginx in front of them."""

    def __init__(self, binaries, simulator):
        self.binaries = binaries
        self.simulator = simulator
        self.directory = temporary_directory()
        self.started = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.directory / "socket"))
        self.socket.listen(4096)
        self.nginx = Nginx(self.directory / "socket", self.directory)
        # One connection per request, so that any worker may get it.
        self.client = Client(self.nginx.closing_port)

    def start(self):
        name = f"gpt-proxy-{len(self.started)}"
        worker = Process(
            name, [self.binaries / "gpt-proxy"], self.directory, environment(self.simulator.base), stdin=self.socket
        )
        self.started.append(worker)
        worker.wait_until(lambda: "started" in worker.log, "has not started")
        return worker

    def stop(self):
        for process in [self.nginx.process, *self.started]:
            process.stop()
        self.socket.close()
        remove(self.directory)


@pytest.fixture
def workers(binaries, simulator):
    workers = Workers(binaries, simulator)
    yield workers
    workers.stop()


def test_the_death_of_one_worker_is_nothing_to_the_other(workers):
    def streams(count):
        opened = [stack.enter_context(workers.client.stream("[simulate pace=30 deltas=60]")) for _ in range(count)]
        return [(stream, stream.read_until(b"output_text.delta")) for stream in opened]

    with ExitStack() as stack:
        one = workers.start()
        of_one = streams(10)
        # A stopped process accepts nothing, so that the other one gets the next streams.
        one.signal(signal.SIGSTOP)
        workers.start()
        of_other = streams(10)
        one.signal(signal.SIGKILL)
        for stream, begin in of_other:
            assert events(begin + stream.rest())[-1][0] == "response.completed"
        for stream, begin in of_one:
            assert b"response.completed" not in begin + stream.rest()
        with ThreadPoolExecutor(10) as pool:
            assert {reply.status for reply in pool.map(workers.client.ask, ["hi"] * 50)} == {200}


@pytest.mark.parametrize("connections", ["new", "kept"])
def test_workers_replaced_in_turn_lose_no_request(workers, pytestconfig, connections):
    """Each worker gets SIGTERM as soon as its replacement has started, again and again, while requests arrive."""
    client = workers.client if connections == "new" else Client(workers.nginx.port)
    count = REQUESTS * min(25, pytestconfig.getoption("--times"))
    running = [workers.start(), workers.start()]
    numbers = itertools.count()
    enough_replaced = threading.Event()
    lost = {}

    def ask(number):
        stream = number % 4 == 0
        reply = client.ask(f"[simulate pace=5] number {number}.", stream=stream)
        text = reply.body.decode()
        if not (reply.status == 200 and f"{number}" in text and (not stream or ".completed" in text)):
            lost[number] = reply.status, text

    def ask_on():
        # However fast the requests are, some must arrive while workers are replaced.
        while (number := next(numbers)) < count or not enough_replaced.is_set():
            ask(number)

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask_on) for _ in range(8)]
        try:
            while not all(each.done() for each in asking):
                running.append(workers.start())
                old = running.pop(0)
                old.signal(signal.SIGTERM)
                assert wait_until(lambda: old.has_ended)
                if len(workers.started) >= 4:
                    enough_replaced.set()
        finally:
            enough_replaced.set()
        for each in asking:
            each.result()
    assert lost == {}
