"""An HTTP client that can do what tests need: see each piece of a stream when it comes, or leave in its middle."""

import http.client
import json
import time
from dataclasses import dataclass

import openai

from canaries import assert_no_key
from stack import PROXY_KEY

# For hang detection only: programs that are instrumented take their time.
TIMEOUT = 120


def ask(text, **fields):
    """The body of a request with one message of the user."""
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **fields}


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        """The text of a whole reply in the Responses API's form."""
        return self.json["output"][-1]["content"][0]["text"]


@dataclass
class Piece:
    """What came at once, and when, in seconds."""

    time: float
    data: bytes


def longest_gap(pieces):
    """The longest time, in seconds, between two pieces."""
    return max(later.time - earlier.time for earlier, later in zip(pieces, pieces[1:]))


class Stream:
    """A reply that is being read. Closing it early is how a client leaves."""

    def __init__(self, connection):
        self._connection = connection
        self._socket = connection.sock
        self._reply = connection.getresponse()
        self.status = self._reply.status
        self.headers = self._reply.headers

    def pieces(self):
        """Each chunk of the body as nginx sent it, which is each flush of the responder as nginx got it."""
        while data := self._reply.read1(1 << 20):
            assert_no_key(data, "a stream")
            yield Piece(time.monotonic(), data)

    def read_until(self, mark):
        """Reads until the mark has come."""
        data = b""
        for piece in self.pieces():
            data += piece.data
            if mark in data:
                return data
        raise AssertionError(f"{mark!r} has not come, but {data!r}")

    def read(self, count):
        """So many bytes, or all that there are."""
        return self._reply.read(count)

    def rest(self):
        data = self._reply.read()
        assert_no_key(data, "a stream")
        return data

    def close(self):
        self._reply.close()
        self._connection.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """Sends requests to one port of this machine, each on a connection of its own, with the right key by default."""

    def __init__(self, port):
        self.port = port

    def send(self, method, path, body=None, headers=None):
        """Sends a request; `body` is bytes, or what becomes JSON. The reply is read from the connection returned."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields = {"X-API-KEY": PROXY_KEY} if headers is None else headers
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.putrequest(method, path)
        for name, value in fields.items() if isinstance(fields, dict) else fields:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection

    def request(self, method, path, body=None, headers=None):
        connection = self.send(method, path, body, headers)
        try:
            reply = connection.getresponse()
            body = reply.read()
            assert_no_key(str(reply.headers).encode() + body, f"a reply of {path}")
            return Reply(reply.status, reply.headers, body)
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, body, headers=None, path="/proxy"):
        return self.request("POST", path, body, headers)

    def ask(self, text, path="/proxy", **fields):
        """A whole reply to one message of the user."""
        return self.post(ask(text, **fields), path=path)

    def stream(self, text, path="/proxy", **fields):
        """The beginning of a streamed reply to one message of the user."""
        return self.stream_of(ask(text, stream=True, **fields), path)

    def stream_of(self, body, path):
        """The beginning of a streamed reply to a body."""
        return Stream(self.send("POST", path, body))


def library(port, kind=openai.OpenAI, **options):
    """OpenAI's own library, pointed at a port of this machine and otherwise as everyone uses it.

    It does not hide failures by trying again, and checks that replies have the types that it promises.
    """
    return kind(
        base_url=f"http://127.0.0.1:{port}/v1",
        **{
            "api_key": PROXY_KEY,
            "timeout": TIMEOUT,
            "max_retries": 0,
            "_strict_response_validation": True,
            **options,
        },
    )


def events(body):
    """The events of a stream as (name, data); comments are left out. Fails unless each is complete."""
    assert body.endswith(b"\n\n"), f"the stream ends within an event: {body[-200:]!r}"
    parsed = []
    for block in body[:-2].decode().split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith(":")]
        if not lines:
            continue
        fields = [line.split(": ", 1) for line in lines]
        assert all(field[0] in ("event", "data") for field in fields), f"not an event: {block!r}"
        name = "".join(field[1] for field in fields if field[0] == "event")
        parsed.append((name, "\n".join(field[1] for field in fields if field[0] == "data")))
    return parsed


def streams_one_by_one(client, vectors):
    """Whether a recorded stream comes to a client as it was recorded, each event when it is made."""

    def stream_once():
        with client.stream("[simulate pace=100] Say hello.") as stream:
            pieces = [piece.data for piece in stream.pieces()]
        assert b"".join(pieces) == (vectors / "streams/01_plain_text.sse").read_bytes()
        return pieces

    return arrives_one_by_one(stream_once)


def arrives_one_by_one(stream_once):
    """Whether events that leave upstream a tenth of a second apart also arrive apart, each whole and alone.

    A busy machine may make two meet that nothing held back, so there are three tries, of which one must be perfect;
    where anything holds events back, none is.

    :param stream_once: makes a request and returns the pieces in which its events arrive.
    """
    return any(
        all(piece.count(b"\n\n") == 1 and piece.endswith(b"\n\n") for piece in stream_once()) for _ in range(3)
    )
