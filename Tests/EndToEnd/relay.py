"""An upstream for tests that can break every rule of HTTP: a relay in front of the simulator, or a server without one.

The first word of a request's `Idempotency-Key` selects its act in `acts`, such as `reset-in-body` in
`reset-in-body:2:4f1d`; all retries of a request have the same key. The number is how many times the act is used; afterwards
the request is relayed unchanged. So is a request without such a key, unless there is an act for its path.
"""

import http.client
import re
import select
import socket
import struct
import threading
import uuid
from collections import Counter, namedtuple
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

# The act in an idempotency key, and how many times to use it.
KEY = re.compile(r"([a-z0-9-]+):(\d+):")

# A request's head: its fields by their names in lower case.
Head = namedtuple("Head", "method path fields")


class Gone(Exception):
    """The proxy has closed the connection."""


class Connection:
    """One connection from the proxy."""

    def __init__(self, accepted):
        self.socket = accepted
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        # How many responses it has sent, and how many bytes in total.
        self.served = 0
        self.sent = 0
        # Whether the relay has closed it.
        self.has_ended = False

    def receive(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Gone
        self.received += data

    def read_head(self):
        while b"\r\n\r\n" not in self.received:
            self.receive()
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        method, path, _ = line.split(" ")
        pairs = [field.split(": ", 1) for field in fields]
        return Head(method, path, {name.lower(): value for name, value in pairs})

    def read_body(self, request):
        length = int(request.fields.get("content-length", 0))
        while len(self.received) < length:
            self.receive()
        body, self.received = self.received[:length], self.received[length:]
        return body

    def send(self, data):
        self.socket.sendall(data)
        self.sent += len(data)

    def close(self):
        self.has_ended = True
        self.socket.close()

    def reset(self):
        """Closes with a TCP reset, like a process that is killed with unread data."""
        self.has_ended = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait_for_close(self):
        """Sends nothing until the proxy closes the connection."""
        try:
            while True:
                self.receive()
        except (Gone, OSError):
            self.socket.close()


@dataclass
class Exchange:
    """A request that an act responds to. The simulator's response is in `reply`."""

    connection: Connection
    request: Head
    simulator: str

    @cached_property
    def body(self):
        return self.connection.read_body(self.request)

    @cached_property
    def reply(self):
        """The simulator's response: head and body, without the framing."""
        address = urlsplit(self.simulator)
        upstream = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        fields = {"authorization", "content-type"} & self.request.fields.keys()
        upstream.request(
            self.request.method, self.request.path, self.body, {name: self.request.fields[name] for name in fields}
        )
        reply = upstream.getresponse()
        body = reply.read()
        upstream.close()
        skipped = {"content-length", "transfer-encoding", "connection"}
        headers = [(name, value) for name, value in reply.getheaders() if name.lower() not in skipped]
        return Reply(reply.status, dict(headers), body, reply.getheader("transfer-encoding") == "chunked")

    def send(self, data):
        self.connection.send(data)

    def pass_on(self):
        """Relays the simulator's response as it arrives, until the proxy disconnects."""
        address = urlsplit(self.simulator)
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.request.fields.items())
        head = f"{self.request.method} {self.request.path} HTTP/1.1\r\n{fields}\r\n".encode("latin-1")
        with socket.create_connection((address.hostname, address.port)) as upstream:
            upstream.sendall(head + self.body)
            end = End()
            both = select.poll()
            for side in [upstream, self.connection.socket]:
                both.register(side, select.POLLIN)
            while not end.has_come:
                # The proxy does not pipeline requests, so readable data means that it has disconnected.
                if self.connection.socket.fileno() in dict(both.poll()):
                    raise Gone
                data = upstream.recv(1 << 16)
                if not data:
                    return self.connection.close()
                self.send(data)
                end.look(data)


class End:
    """Detects the end of a response in its bytes."""

    def __init__(self):
        self.head, self.length, self.seen, self.tail = b"", None, 0, b""

    def look(self, data):
        if b"\r\n\r\n" not in self.head:
            self.head += data
            head, _, data = self.head.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            self.length = int(length[1]) if length else None
        self.seen += len(data)
        self.tail = (self.tail + data)[-5:]

    @property
    def has_come(self):
        if b"\r\n\r\n" not in self.head:
            return False
        return self.tail == b"0\r\n\r\n" if self.length is None else self.seen >= self.length


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes
    # Whether it is a stream, which is sent chunked.
    streams: bool

    @property
    def head(self):
        framing = "Transfer-Encoding: chunked" if self.streams else f"Content-Length: {len(self.body)}"
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"HTTP/1.1 {self.status} x\r\n{fields}{framing}\r\n\r\n".encode("latin-1")

    @property
    def framed_body(self):
        """The body as it is sent; each event of a stream is a chunk."""
        if not self.streams:
            return self.body
        events = re.findall(rb".*?\n\n", self.body, re.DOTALL) or [self.body]
        return b"".join(chunk(event) for event in events) + b"0\r\n\r\n"

    @property
    def wire(self):
        return self.head + self.framed_body


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def key_for(act, times=1_000_000):
    """An idempotency key that makes a relay use an act this many times."""
    return f"{act}:{times}:{uuid.uuid4().hex}"


class Relay:
    """Listens on its own port.

    `accepted` counts the requests that were read, by key. `unanswered_on_kept` counts those that arrived on a reused
    connection which was then closed before the first byte of the response: the proxy sends them again at once, and does not
    count that as a retry.
    """

    def __init__(self, simulator="", acts=None, on_accept=None):
        """If `on_accept` is given, it handles each connection, and no requests are read."""
        self.simulator = simulator
        self.acts = acts or {}
        self.on_accept = on_accept
        self.accepted = Counter()
        self.unanswered_on_kept = Counter()
        self.connections = 0
        self.open = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        # The thread that waits in accept would keep the socket open.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self.open):
            try:
                connection.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            connection = Connection(accepted)
            with self._lock:
                self.connections += 1
                self.open.add(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        try:
            if self.on_accept:
                self.on_accept(connection)
            else:
                while connection.socket.fileno() >= 0:
                    self._answer(connection)
        except (Gone, OSError):
            pass
        finally:
            connection.close()
            with self._lock:
                self.open.discard(connection)

    def _answer(self, connection):
        request = connection.read_head()
        exchange = Exchange(connection, request, self.simulator)
        key = request.fields.get("idempotency-key", "")
        name, times = KEY.match(key).groups() if KEY.match(key) else (request.path, 1_000_000)
        act = self.acts.get(name)
        if connection.served and act and getattr(act, "spoils_kept_connections", False):
            return connection.close()
        with self._lock:
            self.accepted[key] += 1
        sent = connection.sent
        try:
            if act and self.accepted[key] <= int(times):
                act(exchange)
            else:
                exchange.pass_on()
        finally:
            if connection.served and connection.sent == sent and connection.has_ended:
                self.unanswered_on_kept[key] += 1
        connection.served += 1
