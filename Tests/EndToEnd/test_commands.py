"""The commands that do not serve: map, check, --version, --help."""

import json

import pytest

from stack import OPENAI_KEY, PROXY_KEY, environment

REQUEST = {
    "model": "gpt-4o",
    "messages": [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "hi"}],
    "max_tokens": 100,
    "seed": 7,
}


def test_map_shows_the_request_that_would_be_sent(run):
    ended = run("map", input=json.dumps(REQUEST))
    assert ended.returncode == 0
    sent = json.loads(ended.stdout)
    assert sent["model"] == "gpt-5"
    assert sent["input"] == "[system]\nBe kind.\n\n---\n[user]\nhi\n"
    assert sent["max_output_tokens"] == 100
    assert "dropped: seed" in ended.stderr


def test_map_to_another_target(run):
    sent = json.loads(run("map", "--target", "chat", input=json.dumps(REQUEST)).stdout)
    assert sent["max_completion_tokens"] == 100
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model": "gpt-4o"}'])
def test_map_reports_an_invalid_request(run, text):
    ended = run("map", input=text)
    assert ended.returncode == 1
    assert ended.stderr.startswith("gpt-proxy: ")
    assert ended.stdout == ""


def test_map_to_an_unknown_target_is_a_usage_error(run):
    ended = run("map", "--target", "nonsense", input="{}")
    assert ended.returncode == 64
    assert "responses" in ended.stderr


def test_check_shows_all_settings_except_secrets(run):
    ended = run("check", environment=environment("http://127.0.0.1:9/v1", DEFAULT_MODEL="mine"))
    assert ended.returncode == 0
    assert "DEFAULT_MODEL=mine\n" in ended.stdout
    assert "OPENAI_API_KEY=(set, not shown)\n" in ended.stdout
    assert PROXY_KEY not in ended.stdout and OPENAI_KEY not in ended.stdout


def test_check_reports_invalid_settings(run):
    ended = run("check", environment={"OPENAI_API_KEY": OPENAI_KEY, "TARGET_API": "gemini"})
    assert ended.returncode == 78
    assert "PROXY_API_KEY: is not set" in ended.stderr
    assert "TARGET_API: 'gemini' is not allowed" in ended.stderr
    assert OPENAI_KEY not in ended.stderr


def test_check_tests_upstream(run, simulator):
    ended = run("check", "--upstream", environment=environment(simulator.base))
    assert ended.returncode == 0, ended.stderr
    assert "upstream: " in ended.stdout
    assert simulator.request["path"] == "/v1/models"


def test_check_reports_that_upstream_is_not_reachable(run):
    ended = run("check", "--upstream", environment=environment("http://127.0.0.1:9/v1"))
    assert ended.returncode == 1
    assert "upstream" in ended.stderr


def test_version(run):
    ended = run("--version")
    assert ended.returncode == 0
    assert ended.stdout.strip()[0].isdigit()


@pytest.mark.parametrize("arguments", [[], ["serve"], ["check"], ["map"]])
def test_help(run, arguments):
    ended = run(*arguments, "--help")
    assert ended.returncode == 0
    assert "USAGE: gpt-proxy" in ended.stdout


def test_map_explains_each_dropped_emulated_and_repaired_field_on_one_line(run):
    call = {"id": "c" * 70, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [*REQUEST["messages"], {"role": "assistant", "tool_calls": [call]}, {"role": "assistant", "content": ""}]
    request = {**REQUEST, "messages": messages, "max_tokens": 3, "stop": "END", "n": 2, "stream": True}
    lines = run("map", "--route", "/v1/chat/completions", input=json.dumps(request)).stderr.splitlines()
    assert [line.split(" ")[:2] for line in lines] == [
        ["emulated:", "stop"],
        ["emulated:", "n"],
        ["repaired:", "messages[2].tool_calls[0].id"],
        ["repaired:", "messages[2]"],
        ["repaired:", "messages[3]"],
        ["emulated:", "max_tokens"],
        ["dropped:", "seed"],
    ]
    assert all(len(line.split(" ")) > 5 for line in lines)
