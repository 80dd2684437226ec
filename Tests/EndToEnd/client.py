"""An HTTP client for tests: it can see each piece of a stream when it arrives, or disconnect in the middle of a stream."""

import http.client
import json
import time
from dataclasses import dataclass

import openai

from canaries import assert_no_key
from stack import PROXY_KEY

# For hang detection only: instrumented programs are slow.
TIMEOUT = 120


def ask(text, **fields):
    """The body of a request with one user message."""
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
        """The text of a whole response in the Responses API's format."""
        return self.json["output"][-1]["content"][0]["text"]


@dataclass
class Piece:
    """Data that arrived together, and the time of arrival in seconds."""

    time: float
    data: bytes


def longest_gap(pieces):
    """The longest time, in seconds, between two pieces."""
    return max(later.time - earlier.time for earlier, later in zip(pieces, pieces[1:]))


class Stream:
    """A response that is being read. Closing it early disconnects the client."""

    def __init__(self, connection):
        self._connection = connection
        self._socket = connection.sock
        self._reply = connection.getresponse()
        self.status = self._reply.status
        self.headers = self._reply.headers

    def pieces(self):
        """Yields each chunk of the body as nginx sent it, which is each flush of the responder as nginx received it."""
        while data := self._reply.read1(1 << 20):
            assert_no_key(data, "a stream")
            yield Piece(time.monotonic(), data)

    def read_until(self, mark):
        """Reads until the mark has arrived."""
        data = b""
        for piece in self.pieces():
            data += piece.data
            if mark in data:
                return data
        raise AssertionError(f"{mark!r} has not arrived, only {data!r}")

    def read(self, count):
        """Reads `count` bytes, or fewer if the response ends."""
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
    """Sends requests to a local port, each on its own connection, with the right key by default."""

    def __init__(self, port):
        self.port = port

    def send(self, method, path, body=None, headers=None):
        """Sends a request; `body` is bytes, or a value for JSON. The response is read from the returned connection."""
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
        """Requests a whole response to one user message."""
        return self.post(ask(text, **fields), path=path)

    def stream(self, text, path="/proxy", **fields):
        """Starts a streamed response to one user message."""
        return self.stream_of(ask(text, stream=True, **fields), path)

    def stream_of(self, body, path):
        """Starts a streamed response to a request body."""
        return Stream(self.send("POST", path, body))


def library(port, kind=openai.OpenAI, **options):
    """OpenAI's own library with a local port as its base URL, and otherwise with its usual settings.

    It does not hide failures by retrying, and checks that responses have the declared types.
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
    """The events of a stream as (name, data) without comments. Fails if an event is incomplete."""
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
    """Whether a recorded stream reaches a client unchanged, each event as soon as it is sent."""

    def stream_once():
        with client.stream("[simulate pace=100] Say hello.") as stream:
            pieces = [piece.data for piece in stream.pieces()]
        assert b"".join(pieces) == (vectors / "streams/01_plain_text.sse").read_bytes()
        return pieces

    return arrives_one_by_one(stream_once)


def arrives_one_by_one(stream_once):
    """Whether events that leave upstream a tenth of a second apart also arrive one by one, each complete.

    On a busy machine two events may arrive together although nothing buffers them. So there are three attempts, and one of
    them must be perfect; if a server buffers events, none is.

    :param stream_once: makes a request and returns the pieces in which its events arrive.
    """
    return any(
        all(piece.count(b"\n\n") == 1 and piece.endswith(b"\n\n") for piece in stream_once()) for _ in range(3)
    )
