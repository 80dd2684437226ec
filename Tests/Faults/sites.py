"""Where faults are tried: a responder with few places behind nginx, with an upstream or surroundings that fail."""

import json
import ssl
import threading

from acts import ACTS, meanwhile
from certificates import self_signed
from processes import remove, temporary_directory, wait_until
from relay import Relay
from stack import KEPT_CONNECTIONS, Deployment, environment, free_port
from surroundings import KINDS, Surroundings

# How many requests a site takes at once: so few that a place that is not given back is soon missed.
PLACES = 6

# Short enough to be waited for.
SETTINGS = {
    "UPSTREAM_TIMEOUT": "4s",
    "IDLE_TIMEOUT": "1s",
    "STREAM_HEAD_DELAY": "30s",
    "MAX_STREAMS": str(PLACES),
    # Only then is everything counted that upstream says.
    "STATUS_PATH": "/status",
}

# What some sites need in addition.
SETTINGS_OF_KIND = {
    "silent-tls": {"CONNECT_TIMEOUT": "400ms"},
    # Upstream is silent until the socket's file is there again, which is within a second.
    "socket": {"IDLE_TIMEOUT": "4s"},
}

# What memory may have grown by, in kilobytes: what the allocator keeps for the next request, and nothing that adds up.
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
    """A TLS server's side that shows a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(directory))

    def shake_hands(connection):
        try:
            context.wrap_socket(connection.socket, server_side=True).close()
        except ssl.SSLError:
            connection.close()

    return shake_hands


class Site:
    """A deployment with an upstream or surroundings of one kind, and the simulator for what is to go well."""

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
        # The next request can only be served where the upstream does anything at all.
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
            case "nobody":
                return f"http://127.0.0.1:{free_port()}/v1"
            case "nameless":
                # No name server needs to be asked about a name that is too long to be one.
                return f"http://{'x' * 64}.invalid/v1"
            case "no-tls" | "untrusted" | "silent-tls":
                return f"https://localhost:{self.relay.port}/v1"
            case _:
                return self.surroundings.base(self.relay.base)

    def new_log_lines(self):
        """The access log's lines since the last time, by the requests' ids."""
        with open(self.process.log_file, errors="replace") as log:
            log.seek(self._read)
            text = log.read()
        end = text.rfind("\n") + 1
        self._read += len(text[:end].encode())
        lines = [json.loads(line) for line in text[:end].splitlines() if line.startswith("{")]
        return {line["request_id"]: line for line in lines if "route" in line}

    def complaints(self, bulk):
        """What is not as it was before, when nothing is under way any more; requests took so many bytes at once."""
        if self.process.has_ended:
            yield "the process has ended"
            return
        limit = self.descriptors + KEPT_CONNECTIONS
        if not wait_until(lambda: self.process.descriptors <= limit, timeout=10):
            yield f"{self.process.descriptors} descriptors are open, {limit} at most should be"
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
