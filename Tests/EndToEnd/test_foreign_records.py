"""What arrives on the FastCGI socket, whoever wrote it, ends at most its own connection."""

import random
import socket
import struct

import fastcgi
from fastcgi import PARAMS, STDIN

LENGTHS = [0, 1, 127, 128, 0xFFFF, 0x10000, 0x7FFFFFFC, 0x7FFFFFFD, 0x7FFFFFFE, 0x7FFFFFFF]

HEALTH = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/healthz"}


def say(path, message):
    """Sends a message and nothing more; what comes back until the connection is closed."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(path))
        try:
            peer.sendall(message)
            peer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: peer.recv(65536), b""))
        except (BrokenPipeError, ConnectionResetError):
            return b""


def is_well(deployment):
    path = deployment.responder.socket
    return not deployment.responder.process.has_ended and b"Status: 200" in say(
        path, fastcgi.request(HEALTH, keep=False)
    )


def test_s4_lengths_that_promise_more_than_there_is_end_nothing_else(deploy):
    deployment = deploy()
    for name in LENGTHS:
        for value in LENGTHS:
            lengths = struct.pack(">II", name | 0x80000000, value | 0x80000000)
            message = fastcgi.begin() + fastcgi.record(PARAMS, lengths + b"AAA") + fastcgi.record(PARAMS)
            say(deployment.responder.socket, message + fastcgi.record(STDIN))
            assert not deployment.responder.process.has_ended, f"lengths {name:x} and {value:x}"
    assert is_well(deployment)


def test_s4_mutated_messages_end_nothing_else(deploy):
    deployment = deploy()
    chance = random.Random(1)
    sound = fastcgi.request({**HEALTH, "HTTP_X_API_KEY": "wrong", "CONTENT_LENGTH": "4"}, b"body")
    for number in range(1000):
        message = bytearray(sound)
        for _ in range(chance.choice([1, 1, 2, 8])):
            message[chance.randrange(len(message))] = chance.randrange(256)
        say(deployment.responder.socket, bytes(message[: chance.randrange(len(message) + 1)] if number % 3 else message))
    assert is_well(deployment)


def test_s4_variables_above_128_kilobytes_are_refused(deploy):
    deployment = deploy()
    variable = struct.pack(">II", 0x80000001, 0x80000000 | 60_000) + b"N" + b"v" * 60_000
    sent = fastcgi.begin() + 4 * fastcgi.record(PARAMS, variable)
    assert say(deployment.responder.socket, sent + fastcgi.record(PARAMS) + fastcgi.record(STDIN)) == b""
    assert is_well(deployment)
