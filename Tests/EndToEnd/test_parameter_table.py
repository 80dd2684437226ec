"""README's table of Chat parameters matches the program."""

import json
import re

import pytest

from processes import REPOSITORY

# A value of each parameter that has an effect, and a model that supports sampling parameters.
VALUES = {
    "messages": [{"role": "user", "content": "hi"}],
    "model": "gpt-4.1",
    "stream": True,
    "stream_options": {"include_usage": True, "include_obfuscation": False},
    "max_tokens": 3,
    "max_completion_tokens": 100,
    "stop": "END",
    "n": 2,
    "temperature": 0.5,
    "top_p": 0.5,
    "logprobs": True,
    "top_logprobs": 2,
    "frequency_penalty": 1,
    "presence_penalty": 1,
    "logit_bias": {"1": 1},
    "seed": 1,
    "prediction": {"type": "content", "content": "x"},
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "parallel_tool_calls": False,
    "functions": [{"name": "f"}],
    "function_call": {"name": "f"},
    "web_search_options": {},
    "response_format": {"type": "json_object"},
    "verbosity": "low",
    "reasoning_effort": "low",
    "store": True,
    "metadata": {"a": "b"},
    "moderation": {"model": "m"},
    "prompt_cache_key": "k",
    "prompt_cache_options": {"mode": "implicit"},
    "prompt_cache_retention": "24h",
    "safety_identifier": "s",
    "service_tier": "flex",
    "user": "u",
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy", "format": "wav"},
}
# Models for parameters that this model does not support.
MODELS = {"reasoning_effort": "gpt-5.1"}
# Further parameters without which a parameter has no effect.
BESIDE = {"top_logprobs": {"logprobs": True}, "stream_options": {"stream": True}}


def rows():
    """Yields each parameter of the table, the field that it is sent as (None if it is not sent), and the table's text."""
    table = (REPOSITORY / "README.md").read_text().split("## What happens to each Chat parameter")[1].split("\n## ")[0]
    for names, sent, text in re.findall(r"^\| (`.*?) \| (.*?) ?\| (.*?) ?\|$", table, re.MULTILINE):
        names = re.findall(r"`([a-z_]+)`", names)
        targets = re.findall(r"`([a-z_.]+)`", sent)
        for index, name in enumerate(names):
            target = name if sent == "the same" else targets[index if len(targets) == len(names) else 0] if targets else None
            yield name, target, text


ROWS = {name: (target, text) for name, target, text in rows()}


def test_every_parameter_has_a_row():
    assert sorted(ROWS) == sorted(VALUES)


def test_every_parameter_of_the_schema_has_a_row():
    schema = REPOSITORY.parent / "shared/spec/chat_request.schema.json"
    if not schema.exists():
        pytest.skip("OpenAI's schemas are not beside this repository")
    assert sorted(ROWS) == sorted(json.loads(schema.read_text())["properties"])


@pytest.mark.parametrize("name", ROWS)
def test_each_parameter_is_handled_as_its_row_says(run, name):
    target, text = ROWS[name]
    plain = {"model": MODELS.get(name, VALUES["model"]), "messages": VALUES["messages"], **BESIDE.get(name, {})}
    request = json.dumps({**plain, name: VALUES[name]})
    ended = run("map", "--route", "/v1/chat/completions", input=request)
    notices = [line for line in ended.stderr.splitlines() if f": {name} " in line]
    if text.startswith("refused"):
        assert ended.returncode == 1 and f"'{name}'" in ended.stderr
        return
    assert ended.returncode == 0
    sent = json.loads(ended.stdout)
    without = json.loads(run("map", "--route", "/v1/chat/completions", input=json.dumps(plain)).stdout)
    if target:
        assert path(sent, target) is not None
        assert name in ("messages", "model") or path(sent, target) != path(without, target)
    else:
        assert sent == without
        (notice,) = notices
        assert notice.startswith("emulated: " if text.startswith("done here") else "dropped: ")
    assert not text.startswith("as it is") or path(sent, target) == VALUES[name]


def test_any_other_parameter_is_dropped(run):
    request = json.dumps({"messages": VALUES["messages"], "top_k": 3})
    ended = run("map", "--route", "/v1/chat/completions", input=request)
    assert "dropped: top_k " in ended.stderr
    assert "top_k" not in ended.stdout


@pytest.mark.parametrize("name", ["temperature", "top_p", "logprobs"])
def test_sampling_parameters_are_dropped_for_a_model_that_reasons(run, name):
    request = json.dumps({"model": "gpt-5", "messages": VALUES["messages"], name: VALUES[name]})
    ended = run("map", "--route", "/v1/chat/completions", input=request)
    assert f"dropped: {name} is not supported by gpt-5 when it reasons" in ended.stderr
    assert ROWS[name][0] not in json.loads(ended.stdout)


def path(body, dotted):
    for step in dotted.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body
