"""What the documents say of the configuration is what the program says."""

import re

import pytest

from processes import REPOSITORY
from stack import OPENAI_KEY, PROXY_KEY


@pytest.fixture
def defaults(run):
    """Every key with its default, as `gpt-proxy check` shows them."""
    ended = run("check", environment={"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY})
    settings = dict(line.split("=", 1) for line in ended.stdout.splitlines())
    return {key: "" if value.startswith("(set") else value for key, value in settings.items()}


def test_the_readmes_table(defaults):
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? *\|", (REPOSITORY / "README.md").read_text(), re.MULTILINE)
    assert rows == list(defaults.items())


def test_the_example_of_an_environment_file(defaults):
    lines = re.findall(r"^#([A-Z_]+)=(.*)$", (REPOSITORY / ".env.example").read_text(), re.MULTILINE)
    assert lines == list(defaults.items())


def test_the_readmes_request(kept_proxy, simulator):
    (body,) = set(re.findall(r"-d '(\{.*\"max_tokens\":100\})'", (REPOSITORY / "README.md").read_text()))
    assert kept_proxy.post(body.encode()).status == 200
    assert simulator.body["max_output_tokens"] == 100
