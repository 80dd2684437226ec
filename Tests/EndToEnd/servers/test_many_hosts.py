"""Hosts behind an edge, each in a network namespace of its own: one dies under load, and the others carry on."""

import itertools
import os
import re
import signal
import subprocess
import threading
from contextlib import contextmanager

import pytest

from client import ask
from nginx import Nginx, NginxSystemd
from processes import Process, wait_until
from stack import PROXY_KEY, ask_simulator, free_port


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def may_make_namespaces():
    """Root may, but not in every container."""
    name = f"probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return False
    # One may be allowed to make what one is not allowed to enter.
    entered = subprocess.run(["ip", "netns", "exec", name, "true"], capture_output=True).returncode == 0
    ip("netns", "del", name)
    return entered


pytestmark = pytest.mark.skipif(not may_make_namespaces(), reason="network namespaces cannot be made here")


class Namespace:
    """A host's network: an address of its own, and one of the edge's at the other end of a cable."""

    made = itertools.count()

    def __init__(self, number):
        self.name = f"gp{os.getpid()}-{next(self.made)}"
        outside, inside = self.outside, self.inside = f"{self.name}o", f"{self.name}i"
        self.edge, self.address = f"10.207.{number}.1", f"10.207.{number}.2"
        ip("netns", "add", self.name)
        ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", self.name)
        ip("addr", "add", f"{self.edge}/30", "dev", outside)
        ip("link", "set", outside, "up")
        ip("-n", self.name, "addr", "add", f"{self.address}/30", "dev", inside)
        ip("-n", self.name, "link", "set", inside, "up")
        ip("-n", self.name, "link", "set", "lo", "up")

    def remove(self):
        ip("link", "del", self.outside)
        ip("netns", "del", self.name)


class Host(NginxSystemd):
    """The recipe for a host, in a namespace."""

    def __init__(self, binaries, upstream_port, number):
        self.namespace = Namespace(number)
        try:
            super().__init__(binaries, f"http://{self.namespace.edge}:{upstream_port}/v1")
        except BaseException:
            self.namespace.remove()
            raise

    def run(self, name, *arguments, **options):
        return super().run(name, "ip", "netns", "exec", self.namespace.name, *arguments, **options)

    def listens(self):
        return subprocess.run(
            ["ip", "netns", "exec", self.namespace.name, "bash", "-c", f"</dev/tcp/{self.namespace.address}/80"],
            capture_output=True,
        ).returncode == 0

    @property
    def places(self):
        return super().places | {"listen 80;": f"listen {self.namespace.address}:80;"}

    def die(self):
        """As when the power fails: the network first, so that nobody says good-bye.

        At the host's end: the edge must go on sending into this cable, and not to whomever else it knows a way to.
        """
        ip("-n", self.namespace.name, "link", "set", self.namespace.inside, "down")
        pids = subprocess.run(["ip", "netns", "pids", self.namespace.name], capture_output=True, text=True).stdout
        for pid in map(int, pids.split()):
            os.kill(pid, signal.SIGKILL)

    def stop(self):
        self.die()
        super().stop()
        self.namespace.remove()


class Edge(Nginx):
    name = "edge"
    recipe = "many-hosts"

    def __init__(self, binaries, hosts, hashed):
        self.hosts, self.hashed = hosts, hashed
        super().__init__(binaries, "http://127.0.0.1:9/v1")

    def file(self, name):
        path = super().file("edge.conf")
        text = path.read_text()
        # The adapted file has both ways to balance; nginx takes one.
        text = re.sub(r"^ *least_conn;$" if self.hashed else r"^ *hash .*;$", "", text, flags=re.MULTILINE)
        path.write_text(text)
        return path

    @property
    def places(self):
        addresses = {rf"10\.0\.0\.1{number}:80": f"{host.namespace.address}:80" for number, host in enumerate(self.hosts, 1)}
        return super().places | addresses

    def start(self):
        self.start_nginx()


@pytest.fixture
def upstream(binaries, directory):
    """A simulator that hosts can reach."""
    port = free_port()
    process = Process("upstream-simulator", [binaries / "upstream-simulator", "--host", "0.0.0.0", "--port", port], directory)
    process.wait_until(lambda: "listening on" in process.log, "has not started")
    yield port
    process.stop()


@pytest.fixture
def hosts(binaries, upstream):
    hosts = []
    for number in (1, 2, 3):
        hosts.append(Host(binaries, upstream, number))
    yield hosts
    for host in hosts:
        host.stop()


@pytest.fixture
def edge(binaries, hosts, request):
    edge = Edge(binaries, hosts, hashed=getattr(request, "param", "least_conn") == "hash")
    yield edge
    edge.stop()


def begun(port):
    """The texts of the requests that upstream has seen."""
    journal = ask_simulator(f"http://127.0.0.1:{port}", "GET", "/_simulator/requests")
    return [request["body"] for request in journal]


def served_by(hosts):
    return [sum(process.log.count('"route"') for process in host.workers.processes) for host in hosts]


CALLERS = 12


@contextmanager
def load(edge, statuses):
    """Callers who ask one thing after the other, of which each takes two seconds; what becomes of it goes into `statuses`."""
    is_over = threading.Event()

    def call():
        while not is_over.is_set():
            mark = f"request {next(marks)};"
            statuses[mark] = edge.client.ask(f"[simulate delay=2000] {mark}").status

    marks = itertools.count(len(statuses))
    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        yield
    finally:
        is_over.set()
        for caller in callers:
            caller.join()


def test_a_host_that_dies_under_load_loses_nothing_that_had_not_begun(edge, hosts, upstream):
    statuses = {}
    with load(edge, statuses):
        assert wait_until(lambda: len(statuses) >= CALLERS)
    assert all(served_by(hosts)), "the load is not spread"
    ended = len(statuses)
    with load(edge, statuses):
        # Of a request that a host has and upstream has not, the edge cannot know that it has not begun. All have now, and none
        # will end soon; whatever comes next finds the host dead.
        assert wait_until(lambda: len(begun(upstream)) == ended + CALLERS)
        hosts[0].die()
        assert wait_until(lambda: len(statuses) >= ended + 4 * CALLERS, timeout=60)
    lost = [mark for mark, status in statuses.items() if status != 200]
    upstream_saw = "".join(begun(upstream))
    assert [mark for mark in lost if mark not in upstream_saw] == []
    assert 0 < len(lost) <= CALLERS
    assert set(statuses[mark] for mark in lost) == {504}


@pytest.mark.parametrize("edge", ["hash"], indirect=True)
def test_callers_can_be_kept_at_a_host_each(edge, hosts):
    for _ in range(6):
        assert edge.client.post(ask("hi"), headers={"X-API-KEY": PROXY_KEY}).status == 200
    assert sorted(served_by(hosts)) == [0, 0, 6]


def test_streams_come_through_the_edge_as_they_are_made(edge):
    with edge.client.stream("[simulate pace=100 deltas=5]") as stream:
        pieces = list(stream.pieces())
    assert pieces[-1].time - pieces[0].time > 0.4
    assert b"response.completed" in pieces[-1].data
