"""Hosts behind an edge, each in its own network namespace: one dies under load, and the others keep serving."""

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
    """Whether this user may create and enter network namespaces: root may, but not in every container."""
    name = f"probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return False
    # Creating may be allowed although entering is not.
    entered = subprocess.run(["ip", "netns", "exec", name, "true"], capture_output=True).returncode == 0
    ip("netns", "del", name)
    return entered


pytestmark = pytest.mark.skipif(not may_make_namespaces(), reason="cannot create network namespaces here")


class Namespace:
    """A host's network: its own address, and an address of the edge at the other end of a virtual cable."""

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
        """Simulates a power failure: the network goes down first, so that no connection is closed.

        The link is set down at the host's end, so that the edge keeps sending into this cable instead of using another route.
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
        # The adapted file has both balancing methods enabled; nginx accepts only one.
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
    """The bodies of the requests that upstream has received."""
    journal = ask_simulator(f"http://127.0.0.1:{port}", "GET", "/_simulator/requests")
    return [request["body"] for request in journal]


def served_by(hosts):
    return [sum(process.log.count('"route"') for process in host.workers.processes) for host in hosts]


CALLERS = 12


@contextmanager
def load(edge, statuses):
    """Callers that send one request after another, each of which takes two seconds; `statuses` gets the results."""
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


def test_a_host_that_dies_under_load_loses_only_requests_that_upstream_has_received(edge, hosts, upstream):
    statuses = {}
    with load(edge, statuses):
        assert wait_until(lambda: len(statuses) >= CALLERS)
    assert all(served_by(hosts)), "the load is not distributed"
    ended = len(statuses)
    with load(edge, statuses):
        # The edge cannot know whether a host has already sent a request upstream. So the host dies when upstream has received
        # all requests and none will end soon; all later requests find the host dead.
        assert wait_until(lambda: len(begun(upstream)) == ended + CALLERS)
        hosts[0].die()
        assert wait_until(lambda: len(statuses) >= ended + 4 * CALLERS, timeout=60)
    lost = [mark for mark, status in statuses.items() if status != 200]
    upstream_saw = "".join(begun(upstream))
    assert [mark for mark in lost if mark not in upstream_saw] == []
    assert 0 < len(lost) <= CALLERS
    assert set(statuses[mark] for mark in lost) == {504}


@pytest.mark.parametrize("edge", ["hash"], indirect=True)
def test_each_caller_can_be_bound_to_one_host(edge, hosts):
    for _ in range(6):
        assert edge.client.post(ask("hi"), headers={"X-API-KEY": PROXY_KEY}).status == 200
    assert sorted(served_by(hosts)) == [0, 0, 6]


def test_streams_pass_the_edge_event_by_event(edge):
    with edge.client.stream("[simulate pace=100 deltas=5]") as stream:
        pieces = list(stream.pieces())
    assert pieces[-1].time - pieces[0].time > 0.4
    assert b"response.completed" in pieces[-1].data
