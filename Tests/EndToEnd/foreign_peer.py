"""Peers of the FastCGI socket that write data that a web server never would."""

import random
import socket
import struct
import threading

import fastcgi
from fastcgi import PARAMS, STDIN

HEALTH = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/healthz"}
SOUND = fastcgi.request({**HEALTH, "HTTP_X_API_KEY": "wrong", "CONTENT_LENGTH": "4"}, b"body")

# The maximum content length of a record.
LONGEST = 0xFFFF


def promise(name, value):
    """A request whose only variable announces these lengths but has three bytes."""
    lengths = struct.pack(">II", name | 0x80000000, value | 0x80000000)
    parameters = fastcgi.record(PARAMS, lengths + b"AAA") + fastcgi.record(PARAMS)
    return fastcgi.begin() + parameters + fastcgi.record(STDIN)


def mutate(message, chance):
    """The message with a few bytes changed."""
    mutated = bytearray(message)
    for _ in range(chance.choice([1, 1, 2, 8])):
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
    return bytes(mutated)


def oversized_variables():
    """Variables of more than 128 KB."""
    variable = struct.pack(">II", 0x80000001, 0x80000000 | 60_000) + b"N" + b"v" * 60_000
    return fastcgi.begin() + 4 * fastcgi.record(PARAMS, variable) + fastcgi.record(PARAMS) + fastcgi.record(STDIN)


def say(path, message):
    """Sends a message, ends the sending direction, and returns everything received until the connection is closed."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(path))
        try:
            peer.sendall(message)
            peer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: peer.recv(65536), b""))
        except (BrokenPipeError, ConnectionResetError):
            return b""


class ForeignPeer:
    """Sends malformed messages of every kind concurrently, as long as a `with` statement lasts."""

    def __init__(self, path):
        self._path = path
        self._chance = random.Random(1)
        self._has_ended = threading.Event()
        kinds = [self._mutated, self._garbage, self._overlong, self._promise, oversized_variables]
        self._threads = [threading.Thread(target=self._send, args=[kind], daemon=True) for kind in kinds]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._has_ended.set()
        for thread in self._threads:
            thread.join()

    def _send(self, kind):
        # Pauses leave the processor to other threads.
        while not self._has_ended.wait(0.02):
            try:
                say(self._path, kind())
            except OSError:
                # The socket file may be missing for a moment.
                continue

    def _mutated(self):
        return mutate(SOUND, self._chance)

    def _garbage(self):
        return self._chance.randbytes(self._chance.randrange(1, LONGEST))

    def _overlong(self):
        """A body that is longer than announced, in records of the maximum length."""
        return SOUND[: -len(fastcgi.record(STDIN))] + 3 * fastcgi.record(STDIN, bytes(LONGEST))

    def _promise(self):
        return promise(*(self._chance.randrange(0x80000000) for _ in range(2)))
