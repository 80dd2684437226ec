"""The manual page describes the program's commands and settings, and mandoc accepts it."""

import json
import re
import subprocess

import pytest

from processes import REPOSITORY


@pytest.fixture(scope="module")
def page(binaries, tmp_path_factory):
    """The manual page of the program under test."""
    path = tmp_path_factory.mktemp("manual") / "gpt-proxy.1"
    command = [REPOSITORY / "deploy/debian/manual", binaries / "gpt-proxy", "2026-01-31"]
    path.write_text(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return path


@pytest.fixture(scope="module")
def text(page):
    """The formatted page, without line breaks in paragraphs."""
    command = ["mandoc", "-Tascii", "-Owidth=1000", page]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(".\b", "", printed)


def commands(description, path=()):
    """Yields each command as (name, description); the name of a subcommand includes its parents'."""
    for each in description.get("subcommands", []):
        if each["commandName"] != "help":
            yield from commands(each, (*path, each["commandName"]))
    if path:
        yield " ".join(path), description


def test_mandoc_finds_no_mistakes(page):
    output = subprocess.run(["mandoc", "-Tlint", page], capture_output=True, text=True).stdout
    # Missing manual pages that it refers to depend on the machine, not on the page.
    assert [line for line in output.splitlines() if "mandoc.db" not in line and "referenced manual not found" not in line] == []


def test_the_manual_has_every_command_and_option(run, text):
    root = json.loads(run("--experimental-dump-help").stdout)["command"]
    known = dict(commands(root))
    assert {"serve", "check", "map", "report", "key new"} <= known.keys()
    sections = dict(re.findall(r"^   (\w[\w ]*)\n((?:     .*\n|\n)*)", text, re.MULTILINE))
    for name, description in known.items():
        assert description["abstract"] in sections[name]
        for option in description["arguments"]:
            if option["valueName"] not in ("help", "version") and "subcommands" not in description:
                called = "--" + option["preferredName"]["name"] if "preferredName" in option else option["valueName"]
                assert re.search(rf"^     {called}\b", sections[name], re.MULTILINE)


def test_the_manual_has_every_setting(run, text):
    section = text.split("\nENVIRONMENT\n")[1].split("\nFILES\n")[0]
    example = (REPOSITORY / ".env.example").read_text()
    assert re.findall(r"^     ([A-Z_]+)\b", section, re.MULTILINE) == re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE)
    assert "(default: responses)" in section


@pytest.mark.parametrize("section", ["FILES", "EXIT STATUS", "SIGNALS", "EXAMPLES", "SEE ALSO"])
def test_the_manual_has_the_usual_sections(text, section):
    assert re.search(rf"^{section}\n     \S", text, re.MULTILINE)


def test_the_examples_in_the_manual_are_valid_commands(run, text):
    section = text.split("\nEXAMPLES\n")[1].split("\nSEE ALSO\n")[0]
    examples = re.findall(r"gpt-proxy (serve|check|map|key|report)((?: (?!<)\S+)*)", section)
    assert len(examples) == 5
    for command, arguments in examples:
        ended = run(command, *arguments.split(), "--help")
        assert ended.returncode == 0 and "USAGE: gpt-proxy" in ended.stdout
