"""The catalogue of models: it matches its sources, and an operator can list and extend it."""

import csv
import importlib.util
import io
import os
import pty
import re
import subprocess

import pytest

from processes import ENVIRONMENT, REPOSITORY
from stack import environment

SHARED = REPOSITORY.parent / "shared/models"
# OpenAI named the first as a replacement, but it was never a model of the API; the second was meant.
NEVER_A_MODEL = {"gpt-5-codex-mini": "gpt-5.1-codex-mini"}
# Columns with other names in the sources.
SOURCE_NAMES = {"chat": "chat_api", "responses": "responses_api"}


@pytest.fixture(scope="module")
def sources():
    if not SHARED.exists():
        pytest.skip("the sources of the catalogue are not beside this repository")
    specification = importlib.util.spec_from_file_location("check", SHARED / "check.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def rows(text):
    return list(csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#")))


@pytest.fixture
def catalogue(run):
    """A function that looks up a name in the printed catalogue, with its own implementation of the catalogue's rules."""
    table = rows(run("models", "--csv", environment={"MODELS_FILE": ""}).stdout)

    def weight(pattern):
        return 10**6 if "*" not in pattern else len(pattern.replace("*", ""))

    def look_up(name):
        matching = [row for row in table if re.fullmatch(".*".join(map(re.escape, row["model"].split("*"))), name)]
        facts = {}
        for row in sorted(matching, key=lambda row: -weight(row["model"])):
            for column, cell in row.items():
                if cell and column not in facts:
                    facts[column] = cell
        return facts

    return look_up


def test_the_sources_are_consistent(sources):
    found, _ = sources.compare(sources.load_rows(), sources.load_rules())
    assert found == []


def test_every_row_matches_its_source(sources, catalogue):
    columns = list(rows((REPOSITORY / "Sources/Models/models.csv").read_text())[0])
    prices = columns[columns.index("input") :]
    for source in sources.load_rows():
        facts = catalogue(source["name"])
        for column in columns:
            expected = source.get(SOURCE_NAMES.get(column, column), "")
            if column == "replacement":
                expected = NEVER_A_MODEL.get(expected, expected.split("|")[0])
            if column != "model" and expected:
                assert facts.get(column) == expected, f"{source['name']}: {column}"
            # Unknown prices and shutdown dates must not be inherited from another row.
            elif column in ["shutdown", "replacement", "replacement_effort", *prices]:
                assert facts.get(column, "-") == "-", f"{source['name']}: {column}"


def test_every_family_matches_its_source(sources, catalogue):
    for rule in sources.load_rules():
        name = rule["pattern"].replace("*", "")
        facts = catalogue(name or "some-model")
        expected = sources.rule_for(name or "some-model", sources.load_rules())
        for column in ["reasons", "efforts", "default_effort", "sampling", "phase"]:
            assert facts[column] == expected[column], f"{rule['pattern']}: {column}"


def test_the_prices_in_the_guide_match_the_catalogue(catalogue):
    guide = (REPOSITORY / "Sources/gpt-proxy/gpt-proxy.docc/Moving-from-gpt-4o.md").read_text()
    table = re.findall(r"^\| `([\w.-]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (.*?) ?\|$", guide, re.MULTILINE)
    assert len(table) == 7
    for name, *prices, at_none in table:
        facts = catalogue(name)
        assert prices == [facts["input"], facts["cached_input"], facts["output"]], name
        assert at_none == {"effort-none": "yes", "never": "–", "always": ""}[facts["sampling"]]


# --- For people ---


def in_terminal(binaries, columns, *arguments, **settings):
    """The lines that the command shows in a terminal of this width."""
    leader, follower = pty.openpty()
    subprocess.run(["stty", "cols", str(columns)], stdin=follower, check=True)
    child = subprocess.Popen(
        [binaries / "gpt-proxy", "models", *arguments],
        env=ENVIRONMENT | {"TERM": "xterm", "MODELS_FILE": ""} | settings,
        stdin=subprocess.DEVNULL,
        stdout=follower,
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            shown += os.read(leader, 1 << 16)
        except OSError:
            break
    os.close(leader)
    assert child.wait() == 0
    return re.sub(r"\x1b\[\d+m", "", shown.decode()).replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("columns", [54, 80, 119, 160])
def test_the_table_fits_into_the_terminal(binaries, columns):
    assert [line for line in in_terminal(binaries, columns, "--on", "2026-11-30") if len(line) > columns] == []


def test_the_table_shows_the_model_sent_its_shutdown_and_its_efforts(binaries):
    lines = in_terminal(binaries, 80, "--on", "2026-11-30")
    assert lines[0].split() == ["ASKED", "SENT", "ENDS", "TAKES"]
    words = {line.split()[0]: line.split()[1:] for line in lines if line}
    assert words["gpt-4o"] == ["gpt-5,", "then", "gpt-6.1-sol", "2026-12-11", "minimal–high"]
    assert words["gpt-6-luna"] == ["none–max", "°"]
    assert words["gpt-4-turbo"] == ["gpt-5.6-sol", "2026-10-23", "none–max", "°"]
    titles = [index for index, line in enumerate(lines) if re.match(r"(Current|Ending|Gone)", line)]
    assert len(titles) == 3 and lines[titles[0]].startswith("Current") and lines[titles[2]].startswith("Gone")
    assert lines.index(next(line for line in lines if line.startswith("gpt-4-turbo "))) > titles[2]


def test_the_table_respects_the_day_and_the_model_map(binaries):
    lines = in_terminal(binaries, 160, "--on", "2027-01-14", MODEL_MAP="gpt-4o=gpt-6-luna:none,old-*=gpt-4.1")
    words = {line.split()[0]: line.split()[1:] for line in lines if line}
    assert words["gpt-4o"][:2] == ["gpt-6-luna:none", "none"]
    assert words["old-*"][:2] == ["gpt-6-luna:none", "2027-01-14"]
    assert words["gpt-6-luna"][-1] == "0.1/0.01/0.5"


# --- An operator's rows ---


@pytest.fixture
def models_file(tmp_path):
    def write(text):
        path = tmp_path / "models.csv"
        path.write_text(text)
        return {"MODELS_FILE": str(path)}

    return write


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("model,efforts\nmine,lots\n", "line 2, column efforts: 'lots' is not allowed"),
        ("model,shutdown\n\n# x\nmine,tomorrow\n", "line 4, column shutdown: 'tomorrow' is not allowed"),
        ("model,replacement\na,b\nb,a\n", "line 2, column replacement: models replace each other in a circle"),
        ("modle\n", "line 1: 'modle' is not a column"),
    ],
)
def test_an_invalid_row_is_an_error_with_its_line_and_column(run, models_file, text, complaint):
    ended = run("check", environment=environment("http://127.0.0.1:9/v1") | models_file(text))
    assert ended.returncode == 78
    assert "MODELS_FILE: " in ended.stderr and complaint in ended.stderr


def test_an_operators_rows_change_the_request_that_is_sent(run, models_file):
    rows = models_file("model,reasons,efforts,sampling\nmine,optional,none high,effort-none\n")
    request = '{"model":"mine","messages":[{"role":"user","content":"x"}],"temperature":0.5,"reasoning_effort":"low"}'
    ended = run("map", "--route", "/v1/chat/completions", input=request, environment=rows)
    assert '"effort":"high"' in ended.stdout and "temperature" not in ended.stdout
    assert "adjusted: reasoning_effort is sent as 'high', the nearest effort that mine supports" in ended.stderr


def test_the_printed_csv_can_be_read_again(run, models_file):
    printed = run("models", "--csv", environment={"MODELS_FILE": ""}).stdout
    again = run("models", "--csv", environment=models_file(printed))
    assert again.returncode == 0 and again.stdout == f"{printed}\n# From MODELS_FILE.\n{printed}"


def test_a_changed_models_file_is_read_without_a_restart(deploy, models_file, simulator):
    deployment = deploy(**models_file("model,shutdown,replacement\nmine,2020-01-01,gpt-6-luna\n"))
    client = deployment.client
    simulator.forget()
    post = {"model": "mine", "messages": [{"role": "user", "content": "x"}]}
    assert client.post(post, path="/v1/chat/completions").headers["x-gpt-proxy-model"] == "gpt-6-luna"
    models_file("model,shutdown,replacement\nmine,2020-01-01,gpt-6-sol\n")
    deployment.responder.process.signal(1)
    deployment.responder.process.wait_until(lambda: "file reloaded" in deployment.responder.log, "has not read the file")
    assert client.post(post, path="/v1/chat/completions").headers["x-gpt-proxy-model"] == "gpt-6-sol"


# --- Compared with upstream ---


def test_the_catalogue_is_compared_with_upstreams_list(run, simulator, models_file):
    rows = models_file("model,shutdown\ngpt-5,2026-12-01\nmine,\n")
    ended = run("models", "--upstream", "--on", "2026-11-30", environment=environment(simulator.base) | rows)
    assert ended.returncode == 0, ended.stderr
    assert "Shutdown dates that differ:\n  gpt-5: 2026-12-11 upstream, 2026-12-01 here\n" in ended.stdout
    assert "  mine\n" in ended.stdout.split("Known here, not listed by upstream:\n")[1]


def test_an_upstream_that_does_not_respond_is_reported(run):
    ended = run("models", "--upstream", environment=environment("http://127.0.0.1:9/v1"))
    assert ended.returncode == 1 and "Connection refused" in ended.stderr


def test_invalid_options_are_usage_errors(run):
    assert run("models", "--on", "2026-02-30").returncode == 64
    assert run("models", "--csv", "--upstream").returncode == 64


def test_csv_needs_no_keys(run):
    text = run("models", "--csv").stdout
    assert next(csv.reader(io.StringIO(next(line for line in text.splitlines() if line.startswith("model,")))))[0] == "model"
