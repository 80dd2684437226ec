"""Child processes of the tests: started with a minimal environment, logged to files, and always ended."""

import atexit
import contextlib
import csv
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Debian installs nginx in /usr/sbin, which an ordinary user's PATH may lack.
PATH = os.environ["PATH"] + os.pathsep + "/usr/sbin"


def models_without_shutdowns():
    """A file for MODELS_FILE that removes all shutdown dates: tests must not depend on the day on which they run."""
    with open(REPOSITORY / "Sources/Models/models.csv", encoding="utf-8") as catalogue:
        rows = csv.DictReader(line for line in catalogue if line.strip() and not line.startswith("#"))
        names = [row["model"] for row in rows if row["shutdown"]]
    descriptor, path = tempfile.mkstemp(prefix="gpt-proxy-models-", suffix=".csv")
    atexit.register(os.unlink, path)
    # Web servers run gpt-proxy as another user.
    os.chmod(path, 0o644)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write("model,shutdown\n" + "".join(f"{name},-\n" for name in names))
    return path


# The environment of every process: nothing else, apart from sanitizer options.
ENVIRONMENT = {"PATH": PATH, "MODELS_FILE": models_without_shutdowns()} | {
    name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")
}


def temporary_directory():
    """A new directory with a short path: the path of a unix socket may have at most 107 bytes."""
    return Path(tempfile.mkdtemp(prefix="gpt-proxy-"))


def remove(directory):
    shutil.rmtree(directory, ignore_errors=True)


def find_program(name):
    return shutil.which(name, path=PATH) or name


def is_installed(name):
    return shutil.which(name, path=PATH) is not None


def wait_until(condition, timeout=15, interval=0.01):
    """Waits until the condition holds; returns whether it did. The timeout is for hang detection only."""
    deadline = time.monotonic() + timeout
    while True:
        if condition():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)


def descendants(pid):
    """The process IDs of a process and all its descendants."""
    pids = [pid]
    with contextlib.suppress(OSError):
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            pids += [each for child in file.read_text().split() for each in descendants(int(child))]
    return pids


def writes_log(pid):
    """Whether a process's log writer thread is running, rather than waiting for lines or for a reader of the log."""
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            name, _, rest = (task / "stat").read_text().partition(" (")[2].rpartition(") ")
            if name == "log-writer":
                return rest.split()[0] != "S"
    return False


class Process:
    """A child process that runs until it is stopped. Its output is in `log`."""

    running = []

    def __init__(self, name, arguments, directory, environment=None, stdin=subprocess.DEVNULL, pass_fds=()):
        self.name = name
        self.log_file = directory / f"{name}.log"
        with open(self.log_file, "ab") as log:
            self.child = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=directory,
                env={**ENVIRONMENT, **(environment or {})},
                stdin=stdin,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=pass_fds,
            )
        Process.running.append(self)

    @property
    def log(self):
        """The output of the process and its children, including gpt-proxy's log lines of all finished responses."""
        wait_until(lambda: not any(writes_log(pid) for pid in descendants(self.child.pid)))
        return self.log_file.read_text(errors="replace")

    @property
    def descriptors(self):
        """The number of open descriptors."""
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    @property
    def resident_kilobytes(self):
        """The resident memory."""
        with open(f"/proc/{self.child.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    @property
    def peak_kilobytes(self):
        """The peak resident memory."""
        with open(f"/proc/{self.child.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

    @property
    def processor_seconds(self):
        """The CPU time used, in user and kernel mode."""
        with open(f"/proc/{self.child.pid}/stat") as status:
            fields = status.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def has_ended(self):
        return self.child.poll() is not None

    def wait_until(self, condition, what):
        if not wait_until(lambda: condition() or self.has_ended) or not condition():
            self.stop()
            raise AssertionError(f"{self.name} {what}; its output:\n{self.log}")

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, timeout=15):
        """Waits until the process ends and returns its exit status."""
        return self.child.wait(timeout)

    def stop(self):
        if not self.has_ended:
            self.signal(signal.SIGTERM)
            try:
                self.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.wait()
        # Kills processes that it has started and that still run.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        if self in Process.running:
            Process.running.remove(self)
