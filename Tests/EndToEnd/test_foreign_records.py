"""Data on the FastCGI socket, from any peer, can end only its own connection."""

import random

import fastcgi
from foreign_peer import HEALTH, SOUND, mutate, oversized_variables, promise, say

LENGTHS = [0, 1, 127, 128, 0xFFFF, 0x10000, 0x7FFFFFFC, 0x7FFFFFFD, 0x7FFFFFFE, 0x7FFFFFFF]


def is_well(deployment):
    path = deployment.responder.socket
    return not deployment.responder.process.has_ended and b"Status: 200" in say(
        path, fastcgi.request(HEALTH, keep=False)
    )


def test_s4_lengths_beyond_the_record_end_only_their_connection(deploy):
    deployment = deploy()
    for name in LENGTHS:
        for value in LENGTHS:
            say(deployment.responder.socket, promise(name, value))
            assert not deployment.responder.process.has_ended, f"lengths {name:x} and {value:x}"
    assert is_well(deployment)


def test_s4_mutated_messages_end_only_their_connection(deploy):
    deployment = deploy()
    chance = random.Random(1)
    for number in range(1000):
        message = mutate(SOUND, chance)
        say(deployment.responder.socket, message[: chance.randrange(len(message) + 1)] if number % 3 else message)
    assert is_well(deployment)


def test_s4_variables_above_128_kilobytes_are_rejected(deploy):
    deployment = deploy()
    assert say(deployment.responder.socket, oversized_variables()) == b""
    assert is_well(deployment)
