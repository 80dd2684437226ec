"""--help fits a narrow terminal, and a usage error shows how to fix it."""

import re

import pytest

COMMANDS = ["", "serve", "check", "status", "map", "models", "report", "key", "key new", "key list", "key revoke"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_into_80_columns(run, command):
    ended = run(*command.split(), "--help", environment={"COLUMNS": "80"})
    assert ended.returncode == 0
    assert [line for line in ended.stdout.splitlines() if len(line) > 80] == []


def test_every_command_is_tested(run):
    def listed(*path):
        text = run(*path, "--help").stdout
        return [name for part in re.findall(r"SUBCOMMANDS:\n((?:  .*\n)+)", text) for name in re.findall(r"^  (\w+)", part, re.M)]

    assert {*listed(), *(f"key {name}" for name in listed("key"))} == set(COMMANDS[1:])


@pytest.mark.parametrize("command", [command for command in COMMANDS if command])
def test_the_examples_in_help_are_valid_command_lines(run, command):
    text = run(*command.split(), "--help").stdout
    for example in re.findall(r"^  .*\b(gpt-proxy .*)$", text.split("USAGE:")[0], re.MULTILINE):
        arguments = re.sub(r"[<>].*|'", "", example).split()[1:]
        ended = run(*arguments, "--help")
        assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "arguments, hint",
    [
        ([], "gpt-proxy serve --listen"),
        (["servve"], "gpt-proxy --help"),
        (["serve"], "--listen <address>"),
        (["serve", "--listen", "unix:x", "--mode", "9"], "0660"),
        (["map", "--target", "x"], "'responses', 'completions' or 'chat'"),
        (["key", "new"], "<label>"),
        (["key", "list"], "--file PATH"),
        (["check", "--through", "example.com"], "https://example.com/v1"),
        (["report", "--by", "colour"], "caller"),
        (["status"], "--state-dir PATH"),
    ],
)
def test_a_usage_error_shows_how_to_fix_it(run, arguments, hint):
    ended = run(*arguments)
    assert ended.returncode == 64
    assert hint in ended.stderr and ended.stdout == ""
