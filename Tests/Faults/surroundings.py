"""The process's environment, which fails while requests are served: the clock, the log's reader, other clients, files.

Each kind is a strategy of a site, and of the soak test. The settings that it needs are set when the process starts. Some
kinds then fail as long as their `trouble` lasts; others fail once, when one of their `moments` is called.
"""

import os
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from functools import partial

from client import Client
from clock import SteppingClock
from foreign_peer import ForeignPeer
from hanging import PreloadedHang
from log_pipe import LogPipe
from names import Names
from processes import remove, temporary_directory, wait_until
from stack import OPENAI_KEY, PROXY_KEY
from trickle import Trickle


class Surroundings:
    """An environment that works."""

    def __init__(self):
        # The settings that the process is started with, and where its log goes if not into a file.
        self.settings = {}
        self.log = None
        # Functions that cause a failure once, by name. Several threads may call them.
        self.moments = {}

    def base(self, upstream):
        """The base that the process is configured with for this upstream."""
        return upstream

    def surround(self, deployment):
        """Attaches to a deployment. Nothing fails yet."""
        self.deployment = deployment

    @property
    def client(self):
        """A client whose requests meet the failure."""
        return Client(self.deployment.nginx.port)

    def trouble(self):
        """A context manager during which the environment fails."""
        return nullcontext()

    def remove(self):
        """Cleans up after the process has ended."""


class Clock(Surroundings):
    """A clock that is set back or forward."""

    def __init__(self):
        super().__init__()
        self._clock = SteppingClock()
        self._offset = 0
        self._lock = threading.Lock()
        self.settings = self._clock.environment
        self.moments = {"set-back": partial(self._step, -3600), "set-forward": partial(self._step, 86400)}

    def _step(self, seconds):
        with self._lock:
            self._offset += seconds
            self._clock.set(self._offset)


class LogReader(Surroundings):
    """The reader of the log, which stalls."""

    def __init__(self):
        super().__init__()
        self._directory = temporary_directory()
        self._pipe = LogPipe(self._directory)
        self.log = self._pipe.path

    def surround(self, deployment):
        super().surround(deployment)
        self._pipe.read_into(deployment.responder.process.log_file)

    def trouble(self):
        return self._pipe.stalled()

    def remove(self):
        self._pipe.close()
        remove(self._directory)


class SlowUploads(Surroundings):
    """Other clients' slow uploads, which the web server forwards without buffering."""

    COUNT = 64

    @property
    def client(self):
        return Client(self.deployment.nginx.passing_port)

    def trouble(self):
        return Trickle(self.deployment.nginx.passing_port, self.COUNT, PROXY_KEY)


class ForeignRecords(Surroundings):
    """A peer of the FastCGI socket that is not a web server."""

    def trouble(self):
        return ForeignPeer(self.deployment.responder.socket)


class SocketFile(Surroundings):
    """The socket file, which is removed."""

    def __init__(self):
        super().__init__()
        self.moments = {"removed": self._remove}
        self._is_absent = False
        self._last_absence = 0

    def _remove(self):
        file = self.deployment.responder.socket
        self._is_absent = True
        file.unlink(missing_ok=True)
        wait_until(file.exists)
        self._last_absence = time.monotonic()
        self._is_absent = False

    def was_absent_since(self, moment):
        """Whether the file has been absent at any time since this moment of the monotonic clock."""
        return self._is_absent or self._last_absence >= moment


class StateDirectory(Surroundings):
    """The directory of the counters that outlive the process."""

    def __init__(self):
        super().__init__()
        self._directory = temporary_directory()
        self.settings = {"STATUS_PATH": "/status", "STATE_DIR": str(self._directory)}
        self.moments = {"truncated": self._truncate, "gone": self._remove_all}

    def _truncate(self):
        for file in self._directory.glob("*.scoreboard"):
            # The process, or another thread, may remove it at the same time.
            with suppress(FileNotFoundError):
                os.truncate(file, 0)

    def _remove_all(self):
        for file in self._directory.iterdir():
            file.unlink(missing_ok=True)

    def remove(self):
        remove(self._directory)


class KeyFile(Surroundings):
    """The mount with the file of upstream's key, which stops answering."""

    def __init__(self):
        super().__init__()
        self._mount = PreloadedHang()
        file = self._mount.write("key", OPENAI_KEY)
        self.settings = {**self._mount.environment, "OPENAI_API_KEY": None, "OPENAI_API_KEY_FILE": str(file)}

    @contextmanager
    def trouble(self):
        self._mount.hang()
        try:
            yield
        finally:
            self._mount.answer()

    def remove(self):
        self._mount.stop()
        remove(self._mount.directory)


class Name(Surroundings):
    """Upstream's name, for which DNS stops answering."""

    NAME = "upstream.test"
    ADDRESS = "127.0.0.1"

    def __init__(self):
        super().__init__()
        self._names = Names()
        self._names.set(self.NAME, self.ADDRESS)
        self.settings = self._names.environment

    def base(self, upstream):
        return upstream.replace(self.ADDRESS, self.NAME)

    @contextmanager
    def trouble(self):
        self._names.set(self.NAME, "hang")
        try:
            yield
        finally:
            self._names.set(self.NAME, self.ADDRESS)

    def remove(self):
        self._names.forget()


class FirstName(Surroundings):
    """The name of the first of two bases, for which DNS never answers."""

    NAME = "never.test"

    def __init__(self):
        super().__init__()
        self._names = Names()
        self._names.set(self.NAME, "hang")
        self.settings = {**self._names.environment, "OPENAI_API_KEY_2": OPENAI_KEY, "CONNECT_TIMEOUT": "400ms"}

    def base(self, upstream):
        return f"http://{self.NAME}/v1, {upstream}"

    def remove(self):
        self._names.forget()


class Several(Surroundings):
    """Several kinds around one process; each fails independently."""

    def __init__(self, several):
        super().__init__()
        self._several = several
        self.settings = {name: value for each in several for name, value in each.settings.items()}
        if preloads := [each.settings["LD_PRELOAD"] for each in several if "LD_PRELOAD" in each.settings]:
            self.settings["LD_PRELOAD"] = ":".join(preloads)
        self.log = next((each.log for each in several if each.log), None)

    def base(self, upstream):
        for each in self._several:
            upstream = each.base(upstream)
        return upstream

    def surround(self, deployment):
        for each in self._several:
            each.surround(deployment)

    def remove(self):
        for each in self._several:
            each.remove()


# By the names of their sites.
KINDS = {
    "clock": Clock,
    "unread-log": LogReader,
    "slow-uploads": SlowUploads,
    "foreign-records": ForeignRecords,
    "socket": SocketFile,
    "state-directory": StateDirectory,
    "key-file": KeyFile,
    "name": Name,
    "first-name": FirstName,
}
