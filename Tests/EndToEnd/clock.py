"""Runs a process with clocks that the test controls, for behaviour on a given date or after a long time."""

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
    """Clocks that show the right time until they are set."""

    def __init__(self):
        descriptor, path = tempfile.mkstemp(dir=library("clock.c").parent)
        self._file = open(descriptor, "wb", buffering=0)
        self._wall = self._monotonic = 0
        self._write()
        self.environment = {"LD_PRELOAD": str(library("clock.c")), "CLOCK_OFFSETS_FILE": path}

    def set(self, seconds):
        """Sets the wall clock this many seconds ahead of the right time (negative: behind). Monotonic clocks are unchanged."""
        self._wall = seconds
        self._write()

    def advance(self, seconds):
        """Moves all clocks forward by this many seconds."""
        self._wall += seconds
        self._monotonic += seconds
        self._write()

    def _write(self):
        os.pwrite(self._file.fileno(), struct.pack("qq", self._wall, self._monotonic), 0)
