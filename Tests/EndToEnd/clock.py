"""Runs a process with clocks of the test's own, to see what happens on a given date or after a long time."""

import datetime
import os
import struct
import tempfile
import time

from preload import library


def at(moment):
    """Environment variables that start a process's clock at a UTC moment such as `2026-12-12 12:00:00`."""
    wanted = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.timezone.utc).timestamp()
    return {"LD_PRELOAD": str(library("clock.c")), "CLOCK_OFFSET": str(int(wanted - time.time()))}


class SteppingClock:
    """Clocks that are right until they are set."""

    def __init__(self):
        descriptor, path = tempfile.mkstemp(dir=library("clock.c").parent)
        self._file = open(descriptor, "wb", buffering=0)
        self._wall = self._monotonic = 0
        self._write()
        self.environment = {"LD_PRELOAD": str(library("clock.c")), "CLOCK_OFFSETS_FILE": path}

    def set(self, seconds):
        """Sets the wall clock to that many seconds after the right time, or before it. Monotonic clocks are not set."""
        self._wall = seconds
        self._write()

    def advance(self, seconds):
        """Has that many seconds pass, by all clocks."""
        self._wall += seconds
        self._monotonic += seconds
        self._write()

    def _write(self):
        os.pwrite(self._file.fileno(), struct.pack("qq", self._wall, self._monotonic), 0)
