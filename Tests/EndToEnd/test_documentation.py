"""The documentation of the configuration matches the program."""

import json
import re
import subprocess
import sys
import textwrap

import pytest

from processes import PATH, REPOSITORY
from stack import OPENAI_KEY, PROXY_KEY


@pytest.fixture
def defaults(run):
    """Every setting with its default, as `gpt-proxy check` shows them."""
    ended = run("check", environment={"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY, "MODELS_FILE": ""})
    settings = dict(line.split("=", 1) for line in ended.stdout.partition("\n\n")[0].splitlines())
    return {key: "" if value.startswith("(set") else value for key, value in settings.items()}


def test_the_table_in_the_readme(defaults):
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? *\|", (REPOSITORY / "README.md").read_text(), re.MULTILINE)
    assert rows == list(defaults.items())


def test_the_example_environment_file_lists_all_defaults(defaults):
    lines = re.findall(r"^#([A-Z_]+)=(.*)$", (REPOSITORY / ".env.example").read_text(), re.MULTILINE)
    assert lines == list(defaults.items())


def test_the_request_in_the_readme(kept_proxy, simulator):
    (body,) = set(re.findall(r"-d '(\{.*\"max_tokens\":100\})'", (REPOSITORY / "README.md").read_text()))
    assert kept_proxy.post(body.encode()).status == 200
    assert simulator.body["max_output_tokens"] == 100


@pytest.fixture
def snippet(default_deployment, simulator):
    """README's program with this beginning, changed to send its request to the default deployment."""

    def snippet(beginning):
        section = (REPOSITORY / "README.md").read_text().split("## Use it from your program")[1].split("\n## ")[0]
        blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", section, re.MULTILINE)
        (program,) = [text for text in map(textwrap.dedent, blocks) if text.strip().startswith(beginning)]
        assert "127.0.0.1:8000" in program
        return program.replace("127.0.0.1:8000", f"127.0.0.1:{default_deployment.nginx.port}")

    return snippet


def run_with_key(*arguments):
    return subprocess.run(
        arguments,
        env={"PATH": PATH, "PROXY_API_KEY": PROXY_KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_the_python_program_in_the_readme(snippet, simulator):
    ended = run_with_key(sys.executable, "-c", snippet("import os"))
    assert "Tell me a story." in ended.stdout
    assert simulator.body["model"] == "gpt-5"
    assert simulator.body["stream"] is True


def test_the_curl_command_in_the_readme(snippet, simulator):
    ended = run_with_key("sh", "-c", snippet("curl"))
    assert json.loads(ended.stdout)["object"] == "chat.completion"
    assert simulator.body["model"] == "gpt-5"


def test_the_walk_through_the_architecture_names_files_and_functions_that_exist():
    guide = (REPOSITORY / "Sources/gpt-proxy/gpt-proxy.docc/Architecture.md").read_text()
    rows = re.findall(r"^\| `([^`]+\.swift)` \| ([^|]+) \|", guide, re.MULTILINE)
    files = [file for file, _ in rows]
    assert len(files) >= 20
    assert len(set(files)) == len(files), "no file is passed twice"
    for file, functions in rows:
        source = (REPOSITORY / "Sources" / file).read_text()
        for name in re.findall(r"`(\w+)`", functions):
            assert re.search(rf"\bfunc {name}\b", source), f"{file} has no function {name}"
    for type_name, member in re.findall(r"\(`(\w+)\.(\w+)`\)", guide):
        (source,) = (REPOSITORY / "Sources").rglob(f"{type_name}.swift")
        assert f"func {member}(" in source.read_text()


def test_the_table_of_best_practices_for_tokens_names_tests_that_exist():
    guide = (REPOSITORY / "Sources/gpt-proxy/gpt-proxy.docc/Access.md").read_text()
    rows = re.findall(r"^\| (3\.\d+) .*\| ([^|]+) \|$", guide, re.MULTILINE)
    assert [section for section, _ in rows] == [f"3.{number}" for number in range(1, 13)]
    sources = "".join(path.read_text() for path in (REPOSITORY / "Tests/AccessTests").glob("*.swift"))
    for section, tests in rows:
        names = re.findall(r"`([^`]+)`", tests)
        assert names, f"section {section} has no test"
        for name in names:
            assert f"func `{name}`(" in sources, f"there is no test: {name}"
