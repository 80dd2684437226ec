"""A log that is written to a pipe whose reader can stall."""

import os
import select
import threading
from contextlib import contextmanager


class LogPipe:
    """A FIFO for a process's standard error. It is not read until `read_into` is called."""

    def __init__(self, directory):
        self.path = directory / "log"
        os.mkfifo(self.path)
        # Opens both ends, so that opening does not wait for a reader or writer.
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        self._reader = None
        self._may_read = threading.Lock()
        self._has_ended = threading.Event()

    def read_into(self, path):
        """Starts a thread that appends the pipe's data to a file."""
        self._reader = threading.Thread(target=self._read, args=[open(path, "ab", buffering=0)], daemon=True)
        self._reader.start()

    @contextmanager
    def stalled(self):
        """As long as this context lasts, the pipe is full and not read, so that nothing more can be written."""
        with self._may_read:
            self._fill()
            yield

    def _fill(self):
        # Empty lines do not disturb readers of the log. Single ones fill the remaining space.
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
