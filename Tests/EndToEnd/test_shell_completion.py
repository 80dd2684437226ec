"""The shell completes commands, options and their values."""

import shlex
import subprocess

import pytest


@pytest.fixture
def complete(run, binaries, directory):
    """A function that returns bash's completions at the end of an incomplete line."""
    script = directory / "gpt-proxy.bash"
    script.write_text(run("--generate-completion-script", "bash").stdout)

    def complete(line):
        # The variables that bash sets when the key is pressed: the words, the index of the current word, and the line.
        words = line.split(" ")
        ask = f"""
            source {shlex.quote(str(script))}
            COMP_WORDS=({" ".join(map(shlex.quote, words))})
            COMP_CWORD={len(words) - 1}
            COMP_LINE={shlex.quote(line)}
            COMP_POINT=${{#COMP_LINE}}
            function=$(complete -p gpt-proxy | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            $function gpt-proxy {shlex.quote(words[-1])} {shlex.quote(words[-2])} 2>/dev/null
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        ended = subprocess.run(
            ["bash", "-c", ask], cwd=directory, capture_output=True, text=True, timeout=60, check=True,
            env={"PATH": f"{binaries}:/usr/bin:/bin"},
        )
        return {word.strip() for word in ended.stdout.splitlines()} - {""}

    return complete


def test_commands(complete):
    assert {"serve", "check", "map", "key", "report"} <= complete("gpt-proxy ")
    assert complete("gpt-proxy ser") == {"serve"}
    assert {"new", "list", "revoke"} <= complete("gpt-proxy key ")


def test_options(complete):
    assert {"--upstream", "--through", "--env-file"} <= complete("gpt-proxy check --")
    assert complete("gpt-proxy serve --lis") == {"--listen"}


@pytest.mark.parametrize(
    "line, values",
    [
        ("gpt-proxy map --target ", {"responses", "completions", "chat"}),
        ("gpt-proxy map --route /v1/c", {"/v1/chat/completions", "/v1/completions"}),
        ("gpt-proxy key new ann --target ", {"responses", "completions", "chat"}),
        ("gpt-proxy report --by ", {"caller", "model", "day", "route", "status", "error"}),
    ],
)
def test_the_values_of_options_with_few_values(complete, line, values):
    assert complete(line) == values


@pytest.mark.parametrize(
    "line",
    ["gpt-proxy report acc", "gpt-proxy report --prices acc", "gpt-proxy check --key-file acc", "gpt-proxy serve --env-file acc",
     "gpt-proxy key list --file acc"],
)
def test_files(complete, directory, line):
    (directory / "access.log").touch()
    assert complete(line) == {"access.log"}
