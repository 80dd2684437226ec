"""A log that goes into a pipe, whose reader can stall."""

import os
import select
import threading
from contextlib import contextmanager


class LogPipe:
    """A FIFO for a process's standard error. Nobody reads it until `read_into`."""

    def __init__(self, directory):
        self.path = directory / "log"
        os.mkfifo(self.path)
        # Both ends, so that opening it waits for nobody.
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        self._reader = None
        self._may_read = threading.Lock()
        self._has_ended = threading.Event()

    def read_into(self, path):
        """Appends to a file what comes, on a thread."""
        self._reader = threading.Thread(target=self._read, args=[open(path, "ab", buffering=0)], daemon=True)
        self._reader.start()

    @contextmanager
    def stalled(self):
        """For this time nothing is read, and nothing more can be written: the pipe is full."""
        with self._may_read:
            self._fill()
            yield

    def _fill(self):
        # Empty lines, which are in nobody's way when they are read. Single ones fill what room is left.
        for lines in [b"\n" * select.PIPE_BUF, b"\n"]:
            try:
                while True:
                    os.write(self._descriptor, lines)
            except BlockingIOError:
                continue

    def close(self):
        self._has_ended.set()
        if self._reader:
            self._reader.join()
        os.close(self._descriptor)

    def _read(self, file):
        with file:
            while not self._has_ended.is_set():
                if not select.select([self._descriptor], [], [], 0.1)[0]:
                    continue
                with self._may_read:
                    file.write(os.read(self._descriptor, 1 << 16))
