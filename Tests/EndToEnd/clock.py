"""A clock of its own for a process: what must happen on a certain day can be tried on any."""

import atexit
import datetime
import functools
import struct
import subprocess
import time
from pathlib import Path

import pytest

from processes import ENVIRONMENT, find_program, remove, temporary_directory


@functools.cache
def directory():
    """Where the library is that makes a clock wrong, and how wrong it makes it."""
    directory = temporary_directory()
    atexit.register(remove, directory)
    source = Path(__file__).with_name("clock.c")
    command = [find_program("clang"), "-shared", "-fPIC", "-O2", "-o", directory / "clock.so", source]
    subprocess.run(command, check=True)
    return directory


def at(moment):
    """The environment of a process whose clock says a moment in UTC, such as `2026-12-12 12:00:00`, and goes on from there."""
    if any(name.endswith("SAN_OPTIONS") for name in ENVIRONMENT):
        pytest.skip("a sanitizer's library must be the first that is loaded")
    wanted = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.timezone.utc).timestamp()
    file = directory() / moment.replace(" ", "T")
    file.write_bytes(struct.pack("q", int(wanted - time.time())))
    return {"LD_PRELOAD": str(directory() / "clock.so"), "CLOCK_OFFSET_FILE": str(file)}
