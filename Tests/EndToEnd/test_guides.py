"""The guides are correct: their links, the settings that they name, and the commands that they show."""

import json
import re
import shlex

import pytest

from processes import REPOSITORY
from stack import environment

GUIDES = REPOSITORY / "Sources/gpt-proxy/gpt-proxy.docc"
PAGES = [*GUIDES.glob("*.md"), *REPOSITORY.glob("deploy/*/README.md"), REPOSITORY / "README.md", *REPOSITORY.glob(".github/*.md")]
# Variables in the guides that are not settings of gpt-proxy: those of systemd, OpenAI's libraries and web servers.
OTHERS = {"CREDENTIALS_DIRECTORY", "OPENAI_BASE_URL", "GPT_PROXY_TARGET_API", "GPT_PROXY_MODEL_MAP", "SERVER_SOFTWARE"}


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_have_targets(page):
    for path, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text()):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_the_guides_name_existing_settings():
    known = set(re.findall(r"^#([A-Z_]+)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE))
    for guide in GUIDES.glob("*.md"):
        named = set(re.findall(r"(?<!\$)\b([A-Z]+(?:_[A-Z0-9]+)+)\b", guide.read_text())) - known - OTHERS
        # The suffix of a secret in a file, or of a setting for one base.
        unknown = {name for name in named if re.sub(r"_(FILE|\d)$", "", name) not in known}
        assert unknown == set(), guide.name


def test_the_setting_that_keeps_the_old_models_works(run):
    moving = (GUIDES / "Moving-from-gpt-4o.md").read_text()
    (setting,) = re.findall(r"^\| the models too \| `(\w+=[^`]*)`", moving, re.MULTILINE)
    name, _, value = setting.partition("=")
    for model in ["gpt-4o", "gpt-4o-mini"]:
        request = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
        mapped = run("map", "--target", "chat", input=json.dumps(request), environment={name: value})
        assert json.loads(mapped.stdout)["model"] == model


def test_the_guides_settings_are_valid(run, directory):
    """Writes each block of settings into an environment file and checks it."""
    for guide in GUIDES.glob("*.md"):
        for block in re.findall(r"(?:^ {4,}[A-Z][A-Z_0-9]+=.*\n)+", guide.read_text(), re.MULTILINE):
            if "OPENAI_BASE_URL" in block:
                continue
            lines = [line.strip().replace("…", "x" * 32) for line in block.splitlines()]
            (directory / ".env").write_text("\n".join(lines) + "\n")
            # Settings in the block must come from the file, so they are left out of the environment.
            keys = {name: value for name, value in environment("http://127.0.0.1:9/v1").items() if f"{name}=" not in block}
            ended = run("check", environment=keys)
            assert ended.returncode == 0, f"{guide.name}: {ended.stderr}"
            for line in lines:
                assert line.replace("x" * 32, "(set, not shown)") in ended.stdout


@pytest.mark.parametrize("guide", sorted(GUIDES.glob("*.md")), ids=lambda guide: guide.stem)
def test_the_guides_command_lines_are_valid(run, guide):
    for command in re.findall(r"^ {4,}.*?\bgpt-proxy ((?:check|map|models|key|report|status|serve) .*)$", guide.read_text(), re.MULTILINE):
        arguments = shlex.split(re.sub(r"[<>|].*", "", command))
        ended = run(*arguments, "--help")
        assert ended.returncode == 0, ended.stderr
