"""gpt-proxy map in a terminal: the client's request and the upstream request side by side, with reasons."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

from processes import ENVIRONMENT

ROUTE = "/v1/chat/completions"
REQUEST = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "Be kind. " * 200},
        {"role": "user", "name": "ann", "content": "天気はどうですか。" * 12},
    ],
    "max_tokens": 3,
    "stream": True,
    "stop": "END",
    "seed": 7,
    "top_k": "\x1b[31mred\x9b2J\u202e",
    "\x1b]0;title\x07": 1,
    "temperature": 1,
}


@pytest.fixture
def in_terminal(binaries, directory):
    """Runs `gpt-proxy map` in a terminal with this many columns; returns its output, standard error and exit status."""

    def run(*arguments, columns=100, request=REQUEST, **environment):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen(
            [binaries / "gpt-proxy", "map", *arguments],
            cwd=directory,
            env={**ENVIRONMENT, "TERM": "xterm", **environment},
            stdin=subprocess.PIPE,
            stdout=theirs,
            stderr=subprocess.PIPE,
        )
        os.close(theirs)
        process.stdin.write(json.dumps(request, ensure_ascii=False).encode())
        process.stdin.close()
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:
            pass
        os.close(ours)
        said = process.stderr.read().decode()
        process.stderr.close()
        return shown.decode().replace("\r\n", "\n"), said, process.wait(60)

    return run


def plain(shown):
    return re.sub(r"\x1b\[\d+m", "", shown)


def width(line):
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def test_both_requests_and_the_reasons_are_shown(in_terminal):
    shown, said, status = in_terminal("--route", ROUTE)
    assert (status, said) == (0, "")
    text = plain(shown)
    assert re.search(r"^POST /v1/chat/completions +POST /responses$", text, re.MULTILINE)
    assert re.search(r'^model: "gpt-4o" +→ model: "gpt-5"$', text, re.MULTILINE)
    assert re.search(r"^max_tokens: 3 +⌂ max_output_tokens: 16$", text, re.MULTILINE)
    assert re.search(r"^seed: 7 +×$", text, re.MULTILINE)
    assert "dropped: seed has no counterpart in the Responses API" in text
    assert "emulated: stop is applied by the proxy" in text
    assert "repaired: messages[1].name is not sent" in text
    assert re.search(r"^ +\+ store: false$", text, re.MULTILINE)
    assert text.endswith("\n3 dropped, 2 emulated, 1 repaired.\n")


@pytest.mark.parametrize("columns", [20, 47, 80, 200])
def test_the_output_fits_the_terminal(in_terminal, columns):
    lines = plain(in_terminal("--route", ROUTE, columns=columns)[0]).splitlines()
    assert max(map(width, lines)) <= columns
    # Long values are shortened, with a note of the number of bytes.
    assert any("bytes" in line for line in lines)


def test_the_input_cannot_control_the_terminal(in_terminal):
    shown = in_terminal("--route", ROUTE, columns=200)[0]
    assert re.search(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202e]", shown) is None
    assert set(re.findall(r"\x1b.{4}", shown)) <= {"\x1b[0m" + "\n", *(f"\x1b[{code}m" for code in range(31, 37))} | set(
        found for found in re.findall(r"\x1b.{4}", shown) if re.match(r"\x1b\[[0-2]m", found)
    )
    # Control characters are escaped, both those that JSON escapes and those that it leaves.
    assert "\\u001b[31mred\\u{9B}2J\\u{202E}" in shown
    assert "\\u{1B}]0;title\\u{7}" in shown


def test_notices_on_standard_error_cannot_control_the_terminal(run):
    output = run("map", "--route", ROUTE, input=json.dumps(REQUEST)).stderr
    assert "dropped: \\u{1B}]0;title\\u{7} is not a parameter" in output
    refused = run("map", "--route", ROUTE, input=json.dumps(REQUEST | {"tool_choice": {"type": "\x1b[2J"}}))
    assert refused.returncode == 1
    assert "\\u{1B}[2J" in refused.stderr
    assert "\x1b" not in output + refused.stderr


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_dumb_terminals_get_no_color(in_terminal, environment):
    assert "\x1b" not in in_terminal("--route", ROUTE, **environment)[0]
    assert "\x1b[31m" in in_terminal("--route", ROUTE, NO_COLOR="")[0]


def test_explain_in_a_pipe_is_shown_without_color(run):
    ended = run("map", "--explain", "--route", ROUTE, input=json.dumps(REQUEST), environment={"COLUMNS": "60"})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "\x1b" not in ended.stdout
    assert max(map(width, ended.stdout.splitlines())) <= 60
    assert "dropped: seed" in ended.stdout


def test_a_request_that_is_not_changed(in_terminal):
    request = {"model": "gpt-5", "input": "hi"}
    text = plain(in_terminal("--route", "/v1/responses", request=request)[0])
    assert text.endswith("\nNothing is lost.\n")


def test_a_request_that_cannot_be_mapped_gets_the_usual_error(in_terminal):
    shown, said, status = in_terminal(request={"model": "gpt-4o"})
    assert (shown, status) == ("", 1)
    assert said.startswith("gpt-proxy: Missing required parameter")
