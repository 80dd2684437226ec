"""Runs a process with a shifted clock, to test what happens on a given date."""

import atexit
import datetime
import functools
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from processes import ENVIRONMENT, find_program, remove, temporary_directory


@functools.cache
def library():
    """The compiled clock library."""
    if any(name.endswith("SAN_OPTIONS") for name in ENVIRONMENT):
        pytest.skip("a sanitizer's library must be the first that is loaded")
    directory = temporary_directory()
    atexit.register(remove, directory)
    compiled = directory / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([find_program("clang"), "-shared", "-fPIC", "-O2", "-o", compiled, source], check=True)
    return compiled


def at(moment):
    """Environment variables that start a process's clock at a UTC moment such as `2026-12-12 12:00:00`."""
    wanted = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.timezone.utc).timestamp()
    return {"LD_PRELOAD": str(library()), "CLOCK_OFFSET": str(int(wanted - time.time()))}


class SteppingClock:
    """A clock that is right until it is set."""

    def __init__(self):
        descriptor, path = tempfile.mkstemp(dir=library().parent)
        self._file = open(descriptor, "wb", buffering=0)
        self._file.write(bytes(8))
        self.environment = {"LD_PRELOAD": str(library()), "CLOCK_OFFSET_FILE": path}

    def set(self, seconds):
        """Sets it to that many seconds after the right time, or before it."""
        os.pwrite(self._file.fileno(), struct.pack("q", seconds), 0)
