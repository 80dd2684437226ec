"""Where faults are tried: a responder with few permits behind nginx, and an upstream or surroundings that fail."""

import json
import ssl
import threading

from acts import ACTS, meanwhile
from certificates import self_signed
from processes import remove, temporary_directory, wait_until
from relay import Relay
from stack import KEPT_CONNECTIONS, Deployment, environment, free_port
from surroundings import KINDS, Surroundings

# The concurrency limit of a site: so low that a permit that is not released is soon noticed.
PLACES = 6

# Time limits short enough for a test to wait for.
SETTINGS = {
    "UPSTREAM_TIMEOUT": "4s",
    "IDLE_TIMEOUT": "1s",
    "STREAM_HEAD_DELAY": "30s",
    "MAX_STREAMS": str(PLACES),
    # With a status page, all numbers that upstream reports are counted.
    "STATUS_PATH": "/status",
}

# Additional settings of some sites.
SETTINGS_OF_KIND = {
    "silent-tls": {"CONNECT_TIMEOUT": "400ms"},
    # Upstream is silent until the socket file exists again, which takes up to a second.
    "socket": {"IDLE_TIMEOUT": "4s"},
}

# How many kilobytes memory may grow: memory that the allocator keeps for the next request, but not growth that adds up.
MEMORY_SLACK = 48 << 10


def close(connection):
    connection.close()


def reset(connection):
    connection.reset()


def wait(connection):
    connection.wait_for_close()


def answer_in_plain_text(connection):
    connection.receive()
    connection.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    connection.close()


def untrusted(directory):
    """The server side of a TLS handshake with a self-signed certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(directory))

    def shake_hands(connection):
        try:
            context.wrap_socket(connection.socket, server_side=True).close()
        except ssl.SSLError:
            connection.close()

    return shake_hands


class Site:
    """A deployment with an upstream or surroundings of one kind, and the simulator for requests that must succeed."""

    def __init__(self, kind, binaries, simulator, watches_memory=True):
        self.watches_memory = watches_memory
        self.directory = temporary_directory()
        self.surroundings = KINDS.get(kind, Surroundings)()
        self.relay = self._relay(kind, simulator)
        settings = SETTINGS | SETTINGS_OF_KIND.get(kind, {}) | self.surroundings.settings
        self.deployment = Deployment(binaries, environment(self._base(kind), **settings), log=self.surroundings.log)
        self.surroundings.surround(self.deployment)
        self.client = self.surroundings.client
        self.process = self.deployment.responder.process
        self._read = 0
        self._lock = threading.Lock()
        # Other upstreams never respond, so that the site cannot serve the next request either.
        self.serves = kind == "relay" or kind in KINDS
        if self.serves:
            for _ in range(20):
                assert self.client.ask("hi").status == 200, "the site does not serve"
        self.descriptors = self.process.descriptors
        self.memory = self.process.resident_kilobytes

    def _relay(self, kind, simulator):
        handlers = {
            "no-tls": lambda: answer_in_plain_text,
            "untrusted": lambda: untrusted(self.directory),
            "silent-tls": lambda: wait,
            "closing": lambda: close,
            "resetting": lambda: reset,
        }
        moments = {name: meanwhile(happens) for name, happens in self.surroundings.moments.items()}
        return Relay(simulator.base, ACTS | moments, handlers[kind]() if kind in handlers else None)

    def _base(self, kind):
        match kind:
            case "unused":
                return f"http://127.0.0.1:{free_port()}/v1"
            case "nameless":
                # A label of more than 63 characters is invalid, so that no name server is queried.
                return f"http://{'x' * 64}.invalid/v1"
            case "no-tls" | "untrusted" | "silent-tls":
                return f"https://localhost:{self.relay.port}/v1"
            case _:
                return self.surroundings.base(self.relay.base)

    def new_log_lines(self):
        """The access log's lines since the last call, by request ID."""
        with open(self.process.log_file, errors="replace") as log:
            log.seek(self._read)
            text = log.read()
        end = text.rfind("\n") + 1
        self._read += len(text[:end].encode())
        lines = [json.loads(line) for line in text[:end].splitlines() if line.startswith("{")]
        return {line["request_id"]: line for line in lines if "route" in line}

    def complaints(self, bulk):
        """Differences from the initial state once no request is running; `bulk` is the bytes that requests held at once."""
        if self.process.has_ended:
            yield "the process has ended"
            return
        limit = self.descriptors + KEPT_CONNECTIONS
        if not wait_until(lambda: self.process.descriptors <= limit, timeout=10):
            yield f"{self.process.descriptors} descriptors are open, expected at most {limit}"
        most = self.memory + MEMORY_SLACK + 10 * (bulk >> 10)
        if self.watches_memory and not wait_until(lambda: self.process.resident_kilobytes <= most, timeout=10):
            yield f"memory has grown from {self.memory} to {self.process.resident_kilobytes} KB"
        if self.serves and self.client.ask("hi").status != 200:
            yield "the next request is not served"

    def stop(self):
        try:
            self.deployment.stop()
        finally:
            self.relay.stop()
            self.surroundings.remove()
            remove(self.directory)
