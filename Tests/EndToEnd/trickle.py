"""Many concurrent uploads that arrive slowly."""

import json
import socket
import threading
import time

from client import ask

SIZE = 200_000

# How many seconds a request may take while they run. It used to be up to 45.
PROMPT = 3


class Trickle:
    """`count` uploads of 200 KB, each at 1000 bytes per second, until they are stopped."""

    def __init__(self, port, count, key):
        self.body = json.dumps(ask("x" * SIZE)).encode()
        head = (
            f"POST /proxy HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        self.sockets = []
        for _ in range(count):
            upload = socket.create_connection(("127.0.0.1", port), timeout=10)
            upload.sendall(head.encode() + self.body[:1000])
            self.sockets.append(upload)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self):
        sent = 1000
        while not self.ended.wait(1) and sent < SIZE:
            for upload in self.sockets:
                try:
                    upload.sendall(self.body[sent : sent + 1000])
                except OSError:
                    continue
            sent += 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        for upload in self.sockets:
            upload.close()


def slowest(client, count=5):
    """The duration in seconds of the slowest of a few requests of 100 bytes and of 40 KB."""
    durations = []
    for text in ["hi", "x" * 40_000] * count:
        begin = time.monotonic()
        assert client.ask(text).status == 200
        durations.append(time.monotonic() - begin)
    return max(durations)


def upload_slowly(port, body, key, seconds):
    """Sends a body evenly over this many seconds; returns the response's status line."""
    head = (
        f"POST /proxy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-API-KEY: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    pieces = int(seconds * 4)
    step = -(-len(body) // pieces)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as upload:
        upload.sendall(head.encode())
        for number in range(pieces):
            upload.sendall(body[number * step : (number + 1) * step])
            time.sleep(1 / 4)
        return upload.makefile("rb").readline().decode().strip()
