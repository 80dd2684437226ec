"""A web server with gpt-proxy behind it, as a recipe in deploy/ puts it together."""

import os
import re
import shutil
import signal

from client import Client
from processes import REPOSITORY, Process, remove, temporary_directory, wait_until
from stack import OPENAI_KEY, PROXY_KEY, accepts_connections, environment, free_port

RECIPES = REPOSITORY / "deploy"

# The servers' time limits are shortened to this, in seconds; a stream is silent for longer, but for its signs of life.
SERVER_LIMIT = 4
HEARTBEAT = 1

# Debian's user of web servers, whom root's servers become.
IS_ROOT = os.getuid() == 0
WEB_USER = "www-data"


class Site:
    """The recipe's own files with other paths, another port and shorter time limits, in a directory of its own."""

    # What the README's table calls it.
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
        """Has the server read its configuration again, without harm to what runs, as its manual puts it."""
        raise NotImplementedError

    def signal_reload(self, server, signal, answer):
        """Sends a server its signal to reload, and waits until it has begun, which its log then says."""
        said = self.log.count(answer)
        server.signal(signal)
        assert wait_until(lambda: self.log.count(answer) > said), f"{self.name} does not reload: {self.log}"

    def revive(self):
        """Does what a service manager would do about a responder that has died; where the server does it, nothing."""

    def _lay_out(self, binaries, upstream):
        # The server's user must be able to reach what it starts, and some make their files only when they are that user.
        self.directory.chmod(0o755)
        if IS_ROOT:
            shutil.chown(self.directory, WEB_USER, WEB_USER)
        self.program = self.directory / "gpt-proxy"
        # Another name of the same file, where that is possible: so the processes of a site can be told from others'.
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
        """A file of the recipe, adapted and with the example of a prefix with settings of its own switched on."""
        text = (RECIPES / self.recipe / name).read_text()
        # What is commented out has no space after the mark, or many; what is said has one.
        text = re.sub(r"^( *)#(?=[^\s!]| {4})", r"\1", text, flags=re.MULTILINE)
        for place, here in self.places.items():
            text = re.sub(place, str(here).replace("\\", r"\\"), text)
        path = self.directory / name
        path.write_text(text)
        shutil.copymode(RECIPES / self.recipe / name, path)
        return path

    @property
    def places(self):
        """What stands in the recipes, and what takes its place here."""
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
        # Others may have taken their places.
        assert wait_until(lambda: not set(killed) & set(self.responders)), "killed processes are still there"

    @property
    def log(self):
        return "".join(path.read_text(errors="replace") for path in self.directory.glob("*.log"))

    def stop(self):
        """Ends all, and checks that no key is in a log."""
        for process in reversed(self.processes):
            process.stop()
        self.kill_responders()
        log = self.log
        remove(self.directory)
        for key in [PROXY_KEY, OPENAI_KEY]:
            assert key not in log, f"a key is in a log of {self.name}"
