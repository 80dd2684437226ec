"""gpt-proxy status: shows the processes of a machine in a terminal."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios

import pytest

from client import ask
from processes import PATH, wait_until

OTHER_SCREEN, OWN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"


class Terminal:
    """gpt-proxy in a pseudo-terminal, and its output."""

    def __init__(self, command, columns=100, lines=24, **environment):
        self.control, theirs = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(theirs)
        self.terminal = theirs
        self.output = ""
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={"PATH": PATH, **environment},
            start_new_session=True,
            # The terminal becomes its controlling terminal, so that Ctrl-C reaches it.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.set_blocking(self.control, False)

    def resize(self, columns, lines):
        fcntl.ioctl(self.control, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys):
        os.write(self.control, keys)

    def read(self):
        try:
            self.output += os.read(self.control, 1 << 20).decode(errors="replace")
        except OSError:
            pass
        return self.output

    @property
    def lines(self):
        """The lines of the last complete screen, without colours."""
        pictures = re.findall(r"\x1b\[H(.*?)\x1b\[0J", self.read(), re.DOTALL)
        # The terminal adds another carriage return before each line feed.
        return re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", pictures[-1]).split("\n") if pictures else []

    def wait_for(self, text):
        assert wait_until(lambda: text in "\n".join(self.lines), 30), "\n".join(self.lines) or self.output

    def wait(self):
        """Waits until the process exits and returns its exit status."""
        assert wait_until(lambda: (self.read(), self.process.poll())[1] is not None), "the process does not exit"
        return self.process.returncode

    @property
    def is_as_before(self):
        """Whether the terminal was restored."""
        return termios.tcgetattr(self.terminal) == self.before and self.read().count(OWN_SCREEN) == 1

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.control)
        os.close(self.terminal)


@pytest.fixture
def deployment(deploy, tmp_path):
    return deploy(STATE_DIR=str(tmp_path))


@pytest.fixture
def show(binaries, tmp_path, deployment):
    """Starts `gpt-proxy status` in a terminal that ends with the test."""
    terminals = []

    def show(*arguments, **options):
        command = [binaries / "gpt-proxy", "status", "--state-dir", str(tmp_path), *arguments]
        terminals.append(Terminal(command, **options))
        return terminals[-1]

    yield show
    for terminal in terminals:
        terminal.close()


def streaming(client, **fields):
    stream = client.stream_of(ask("[simulate pace=100 deltas=600]", stream=True, **fields), "/proxy")
    stream.read_until(b"output_text.delta")
    return stream


def test_a_live_stream_appears_and_disappears_on_the_screen(deployment, show):
    terminal = show()
    terminal.wait_for("No live requests.")
    assert OTHER_SCREEN in terminal.output
    with streaming(deployment.client):

        def tokens():
            rows = [line.split() for line in terminal.lines if " streaming " in line]
            return int(rows[0][-4]) if rows else 0

        assert wait_until(lambda: tokens() > 0, 30)
        (row,) = [line for line in terminal.lines if " streaming " in line]
        assert "default" in row and "gpt-5" in row and "/proxy" in row
        before = tokens()
        assert wait_until(lambda: tokens() > before, 30)
    terminal.wait_for("No live requests.")


@pytest.mark.parametrize("end", ["q", "Ctrl-C", "SIGTERM"])
def test_status_restores_the_terminal_when_it_ends(show, end):
    terminal = show()
    terminal.wait_for("No live requests.")
    if end == "SIGTERM":
        terminal.process.send_signal(signal.SIGTERM)
    else:
        terminal.press(b"q" if end == "q" else b"\x03")
    assert terminal.wait() == 0
    assert terminal.is_as_before


def test_the_screen_adapts_to_the_window_size(deployment, show):
    terminal = show(columns=100, lines=24)
    with streaming(deployment.client), streaming(deployment.client), streaming(deployment.client):
        terminal.wait_for("ROUTE")
        assert all(len(line) <= 100 for line in terminal.lines) and max(map(len, terminal.lines)) == 100
        terminal.resize(60, 11)
        assert wait_until(lambda: max(map(len, terminal.lines)) == 60)
        assert len(terminal.lines) == 11
        assert terminal.lines[-1].strip() == "and 2 more" and "ROUTE" not in "\n".join(terminal.lines)


def test_no_color_disables_colours(show):
    coloured, plain = show(), show(NO_COLOR="1")
    coloured.wait_for("No live requests.")
    plain.wait_for("No live requests.")
    assert re.search(r"\x1b\[[0-9;]*m", coloured.output)
    assert not re.search(r"\x1b\[[0-9;]*m", plain.output)


def test_a_name_that_could_move_the_cursor_is_not_shown(deployment, show):
    terminal = show()
    name = "\x1b[31mred\x1b]0;taken over\x07\u202e"
    assert deployment.client.ask("hi", model=name).status == 400
    with streaming(deployment.client):
        terminal.wait_for("streaming")
        terminal.press(b"q")
        terminal.wait()
    assert not re.search("\x1b\\[31m|\x1b]|\u202e", terminal.output)


def test_in_a_pipe_status_prints_the_page_once(deployment, run, tmp_path):
    assert deployment.client.ask("hi").status == 200
    # A request is counted after its response has been sent.
    page = "accepted conn:        1\n"
    assert wait_until(lambda: page in run("status", environment={"STATE_DIR": str(tmp_path)}).stdout)
    ended = run("status", "--state-dir", str(tmp_path), "--json")
    assert ended.returncode == 0 and ended.stdout.endswith("}\n")
    assert json.loads(ended.stdout)["total processes"] == 1 and "streams" not in json.loads(ended.stdout)
    with streaming(deployment.client):
        state = "state:                streaming\n"
        assert wait_until(lambda: state in run("status", "--state-dir", str(tmp_path), "--full").stdout)
        full = json.loads(run("status", "--state-dir", str(tmp_path), "--json", "--full").stdout)
        assert [stream["state"] for stream in full["streams"]] == ["streaming"]


def test_status_once_in_a_terminal(show):
    terminal = show("--once")
    assert terminal.wait() == 0
    assert terminal.output.startswith("pool:") and OTHER_SCREEN not in terminal.output


def test_without_a_state_directory_the_error_explains_the_fix(run, tmp_path):
    ended = run("status")
    assert ended.returncode == 64 and "STATE_DIR" in ended.stderr
    for path in [tmp_path, tmp_path / "none"]:
        ended = run("status", "--state-dir", str(path))
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"gpt-proxy: there is no scoreboard in {path}; start gpt-proxy with STATE_DIR=")
