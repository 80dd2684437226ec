"""A web server with gpt-proxy behind it, set up by a recipe in deploy/."""

import os
import re
import shutil
import signal

from client import Client
from processes import REPOSITORY, Process, remove, temporary_directory, wait_until
from stack import OPENAI_KEY, PROXY_KEY, accepts_connections, environment, free_port

RECIPES = REPOSITORY / "deploy"

# The servers' time limits are shortened to this, in seconds; streams are silent for longer, except for heartbeats.
SERVER_LIMIT = 4
HEARTBEAT = 1

# Debian's user for web servers; servers that root starts switch to it.
IS_ROOT = os.getuid() == 0
WEB_USER = "www-data"


class Site:
    """The recipe's own files with other paths, another port and shorter time limits, in a separate directory."""

    # The name in README's table.
    name = None
    # The folder in deploy/.
    recipe = None

    def __init__(self, binaries, upstream):
        self.directory = temporary_directory()
        self.port = free_port()
        self.client = Client(self.port)
        self.processes = []
        try:
            self._lay_out(binaries, upstream)
            self.start()
            assert wait_until(self.listens), f"{self.name} does not listen: {self.log}"
        except BaseException:
            self.stop()
            raise

    def listens(self):
        return accepts_connections(self.port)

    def start(self):
        """Starts the server, and the responder if the server does not."""
        raise NotImplementedError

    def reload(self):
        """Makes the server reload its configuration gracefully, as described in its manual."""
        raise NotImplementedError

    def signal_reload(self, server, signal, answer):
        """Sends a server its reload signal, and waits until `answer` in the log shows that it has begun."""
        said = self.log.count(answer)
        server.signal(signal)
        assert wait_until(lambda: self.log.count(answer) > said), f"{self.name} does not reload: {self.log}"

    def revive(self):
        """Restarts dead responders as a service manager would; does nothing if the server restarts them itself."""

    def _lay_out(self, binaries, upstream):
        # The server's user must be able to reach the program, and some servers create files after switching to that user.
        self.directory.chmod(0o755)
        if IS_ROOT:
            shutil.chown(self.directory, WEB_USER, WEB_USER)
        self.program = self.directory / "gpt-proxy"
        # A hard link if possible: a separate path makes the processes of this site recognizable.
        try:
            os.link(binaries / "gpt-proxy", self.program)
        except OSError:
            self.program.write_bytes((binaries / "gpt-proxy").read_bytes())
            self.program.chmod(0o755)
        self.etc = self.directory / "etc"
        self.etc.mkdir()
        settings = environment(upstream, HEARTBEAT=f"{HEARTBEAT}s", STATUS_PATH="/status")
        (self.etc / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self.socket = self.directory / "gpt-proxy.sock"
        self.state = self.directory / "state"
        self.state.mkdir()
        if IS_ROOT:
            shutil.chown(self.state, WEB_USER, WEB_USER)

    def file(self, name):
        """Writes an adapted file of the recipe, with the example of a prefix with its own settings enabled."""
        text = (RECIPES / self.recipe / name).read_text()
        # Lines that are commented out have no space after the mark, or several; real comments have one.
        text = re.sub(r"^( *)#(?=[^\s!]| {4})", r"\1", text, flags=re.MULTILINE)
        for place, here in self.places.items():
            text = re.sub(place, str(here).replace("\\", r"\\"), text)
        path = self.directory / name
        path.write_text(text)
        shutil.copymode(RECIPES / self.recipe / name, path)
        return path

    @property
    def places(self):
        """Patterns in the recipes, and their replacements here."""
        return {
            r"/usr/bin/gpt-proxy\b": self.program,
            r"/etc/gpt-proxy\b": self.etc,
            r"/run/gpt-proxy/gpt-proxy\.sock": self.socket,
            r"/run/gpt-proxy/state|/var/lib/gpt-proxy": self.state,
            r"\b610(?=s?\b)": SERVER_LIMIT,
        }

    def run(self, name, *arguments, **options):
        process = Process(name, arguments, self.directory, **options)
        self.processes.append(process)
        return process

    @property
    def responders(self):
        """The processes of this site that run gpt-proxy."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and os.readlink(f"/proc/{entry}/exe") == str(self.program):
                    found.append(int(entry))
            except OSError:
                continue
        return found

    def kill_responders(self):
        killed = self.responders
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        # The server may have started new ones.
        assert wait_until(lambda: not set(killed) & set(self.responders)), "killed processes still exist"

    @property
    def log(self):
        return "".join(path.read_text(errors="replace") for path in self.directory.glob("*.log"))

    def stop(self):
        """Stops all processes, and checks that no log contains a key."""
        for process in reversed(self.processes):
            process.stop()
        self.kill_responders()
        log = self.log
        remove(self.directory)
        for key in [PROXY_KEY, OPENAI_KEY]:
            assert key not in log, f"a key is in a log of {self.name}"
