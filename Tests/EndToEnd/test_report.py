"""gpt-proxy report on logs of real requests."""

import csv
import gzip
import html.parser
import io
import json
import os
import pty
import re
import subprocess

import pytest

from client import Client
from processes import PATH, find_program, wait_until
from stack import FASTCGI_PARAMS, accepts_connections, environment, free_port

# Invented models: OpenAI's are shut down and change their prices.
MODEL_MAP = "gpt-4o=ours,gpt-4o-mini=ours-mini"
PRICES = "model,input,cached_input,output\nours,1.25,0.125,10\nours-mini,0.25,0.025,2\n"

HOSTILE = "<script>alert(1)</script>=\x1b[2J\x07\u009b1m\u202e\"' sent=gpt-5 took=1ms"


@pytest.fixture(params=["json", "text"])
def asked(request, deploy):
    """A log of requests that were made through nginx, and the expected sums."""
    deployment = deploy(LOG_FORMAT=request.param, MODEL_MAP=MODEL_MAP)
    client = deployment.client
    input_tokens = output_tokens = 0
    for text in ["hi", "hello there"]:
        usage = client.ask(text).json["usage"]
        input_tokens += usage["input_tokens"]
        output_tokens += usage["output_tokens"]
    client.ask("hi", model="gpt-4o-mini")
    client.ask("hi", model="mine")
    client.post({"prompt": "hi"}, headers={"X-API-KEY": "wrong"})
    client.ask("[simulate status=500]")
    with client.stream("[simulate pace=20 deltas=500]") as stream:
        stream.read_until(b"output_text.delta")
    count = 7
    log = deployment.responder.process.log_file
    mark = " POST " if request.param == "text" else '"POST"'
    assert wait_until(lambda: deployment.responder.log.count(mark) == count, timeout=60), deployment.responder.log
    return log, {"requests": count, "input": input_tokens, "output": output_tokens}


@pytest.fixture
def prices(directory):
    """An environment with the prices of these models."""
    path = directory / "prices.csv"
    path.write_text(PRICES)
    return {"MODELS_FILE": str(path)}


def rows(ended):
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return json.loads(ended.stdout)


def test_json(run, asked, prices):
    log, expected = asked
    report = rows(run("report", "--json", "--by", "model,status", log, environment=prices))
    assert report["total"]["requests"] == report["lines"]["requests"] == expected["requests"]
    # The log also has lines about starts and stops.
    assert report["lines"]["other"] > 0 and report["lines"]["damaged"] == 0
    found = {(row["model"], row["status"]): row for row in report["rows"]}
    good = found["ours", "200"]
    # Two whole responses, and a stream whose client disconnected before usage was reported.
    assert (good["requests"], good["clients_left"], good["errors"]) == (3, 1, 0)
    assert (good["input_tokens"], good["output_tokens"]) == (expected["input"], expected["output"])
    cost = (1.25 * (good["input_tokens"] - good["cached_tokens"]) + 0.125 * good["cached_tokens"]) / 1e6
    assert good["cost_usd"] == pytest.approx(cost + 10 * good["output_tokens"] / 1e6, abs=1e-6)
    assert good["first_byte_ms"]["p50"] <= good["duration_ms"]["p95"]
    assert found["ours", "502"]["retries"] == 2 and found["ours", "502"]["errors"] == 1
    assert found[None, "401"]["errors"] == 1
    assert found["mine", "200"]["cost_usd"] is None
    assert report["models_without_price"] == ["mine"]


def test_a_table(run, asked, prices):
    log, expected = asked
    ended = run("report", log, environment=prices)
    lines = ended.stdout.splitlines()
    assert lines[1].split()[:3] == ["caller", "model", "all"]
    assert [line.split()[:3] for line in lines if line.startswith("total")] == [["total", str(expected["requests"]), "2"]]
    assert "No price is known for: mine." in ended.stdout
    assert "\x1b" not in ended.stdout
    assert len({len(line) for line in lines[1 : lines.index("")]}) == 1


def test_csv(run, asked):
    log, expected = asked
    ended = run("report", "--csv", "--by", "caller", log)
    parsed = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert {row["caller"]: int(row["requests"]) for row in parsed} == {"default": expected["requests"] - 1, "": 1}


class Page(html.parser.HTMLParser):
    """A page's tags and text; fails unless all tags are closed."""

    VOID = {"meta", "line", "path", "rect", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in self.VOID or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_page(run, asked):
    log, expected = asked
    ended = run("report", "--html", log)
    page = Page(ended.stdout)
    assert page.tags.count("svg") == 6
    names = [name for name, _ in page.attributes]
    assert names.count("aria-label") == 6
    # The page loads nothing and runs no scripts.
    assert "script" not in page.tags and not {"src", "href", "onload"} & set(names)
    assert "http" not in ended.stdout.replace("http-equiv", "")
    assert f"{expected['requests']} requests" in page.text and "Tokens by caller" in page.text
    assert not any(value and value.lstrip("-").startswith("nan") for _, value in page.attributes)


def test_compressed_and_piped(run, asked, directory, binaries):
    log, _ = asked
    expected = run("report", "--json", log).stdout
    compressed = directory / "old.log.1"
    compressed.write_bytes(gzip.compress(log.read_bytes()))
    assert run("report", "--json", compressed).stdout == expected
    command = [binaries / "gpt-proxy", "report", "--json"]
    for path in [log, compressed]:
        for arguments in [[], ["-"]]:
            piped = subprocess.run([*command, *arguments], input=path.read_bytes(), stdout=subprocess.PIPE, env={"PATH": PATH})
            assert piped.stdout.decode() == expected
        with open(path) as stdin:
            redirected = subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, env={"PATH": PATH})
        assert redirected.stdout.decode() == expected
    both = json.loads(run("report", "--json", log, compressed).stdout)
    assert both["total"]["requests"] == 2 * json.loads(expected)["total"]["requests"]


def test_damaged_data_is_reported(run, directory):
    line = '{"time":"2026-11-24T10:00:00.000Z","request_id":"r","route":"/proxy","status":200,"duration_ms":5}\n'
    (directory / "a.txt").write_text("noise\n" + line + line[:50] + "\n" + line + line[:20])
    whole = gzip.compress("".join(f'{line[:-2]},"i":{os.urandom(8).hex()!r}}}\n'.replace("'", '"') for _ in range(9999)).encode())
    (directory / "b.gz").write_bytes(whole[: len(whole) // 2])
    ended = run("report", "--json", "a.txt", "b.gz", "missing")
    assert ended.returncode == 0
    output = ended.stderr.splitlines()
    assert "gpt-proxy: a.txt: line 3 is damaged" in output
    assert any(line.startswith("gpt-proxy: b.gz: the compressed data is damaged or cut off") for line in output)
    assert "gpt-proxy: missing: No such file or directory" in output
    report = json.loads(ended.stdout)
    assert report["lines"]["damaged"] >= 2
    assert 2 < report["total"]["requests"] < 9999


def test_no_readable_file_is_a_failure(run):
    ended = run("report", "missing", "also missing")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("No such file") == 2


def test_without_gzip(binaries, directory):
    (directory / "a.gz").write_bytes(gzip.compress(b"{}\n"))
    ended = subprocess.run(
        [binaries / "gpt-proxy", "report", "a.gz"], cwd=directory, env={"PATH": "/nonexistent"}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr == "gpt-proxy: a.gz: is compressed, and gzip is not installed: install it, or decompress the log elsewhere\n"


@pytest.mark.parametrize("format", ["json", "text"])
def test_hostile_names_are_harmless(run, deploy, format):
    deployment = deploy(LOG_FORMAT=format)
    for model in ["HOSTILE", "=1+1", "a,b"]:
        assert deployment.client.ask("hi", model=model).status == 200
    log = deployment.responder.process.log_file
    assert wait_until(lambda: "1+1" in deployment.responder.log and "a,b" in deployment.responder.log)
    # gpt-proxy accepts no such name any more, but the log may be from another version or have been changed.
    text = re.sub('"HOSTILE"|(?<==)HOSTILE', lambda _: json.dumps(HOSTILE), log.read_text())
    log.write_text(text)
    report = json.loads(run("report", "--json", "--by", "model", log).stdout)
    assert sorted(row["model"] for row in report["rows"]) == sorted(
        ["=1+1", "a,b", re.sub("[\x00-\x1f\x7f-\x9f\u202e]", "\ufffd", HOSTILE)]
    )
    outputs = [run("report", form, log).stdout for form in ["--csv", "--html", "--json"]] + [run("report", log).stdout]
    for text in outputs:
        assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text)
    assert "script" not in Page(outputs[1]).tags
    cells = {row["model"] for row in csv.DictReader(io.StringIO(outputs[0]))}
    assert "'=1+1" in cells and "a,b" in cells


def test_an_operators_own_prices(run, asked, directory, binaries):
    log, _ = asked
    (directory / "models.csv").write_text("model,input,cached_input,output\nmine,1000000,0,0\n")
    arguments = ["report", "--json", "--by", "model", "--model", "mine", log]
    settings = {"MODELS_FILE": "models.csv"}
    report = rows(run(*arguments, environment=settings))
    (row,) = report["rows"]
    assert row["cost_usd"] == row["input_tokens"] - row["cached_tokens"] > 0
    (directory / ".env").write_text("MODELS_FILE=models.csv\n")
    # Not with `run`: it sets MODELS_FILE in the environment, which takes precedence over the file.
    command = [binaries / "gpt-proxy", *arguments]
    assert rows(subprocess.run(command, cwd=directory, env={"PATH": PATH}, capture_output=True, text=True)) == report
    (directory / "models.csv").write_text("model,input\nmine,cheap\n")
    ended = run(*arguments, environment=settings)
    assert ended.returncode == 78
    assert ended.stdout == ""
    assert "MODELS_FILE" in ended.stderr and "line 2, column input: 'cheap'" in ended.stderr


def test_cache_writes_long_requests_and_tiers(run, directory):
    """For lines in the current format, and for older lines without cache writes and a tier."""
    columns = "model,input,cached_input,cache_write,output,long_context_from,long_input,long_cached_input,long_output"
    (directory / "models.csv").write_text(f"{columns}\nours,2,0.2,2.5,10,1000,4,0.4,15\n")
    beginning = "2026-11-24T10:00:00.000Z 200 POST /proxy sent=ours "
    object = {"time": "2026-11-24T10:00:00.000Z", "model_sent": "ours", "route": "/proxy", "status": 200, "duration_ms": 5}
    log = directory / "mixed.txt"
    log.write_text(
        beginning + "tokens=1000(200 cached)+100(0 reasoning) took=5ms\n"
        + beginning + "tokens=1000(200 cached)+100(0 reasoning) cache_write=300 tier=flex took=5ms\n"
        + json.dumps({**object, "input_tokens": 2000, "cached_tokens": 500, "cache_write_tokens": 400, "output_tokens": 10})
        + "\n"
        + json.dumps({**object, "input_tokens": 10, "output_tokens": 0, "service_tier": "priority"})
        + "\n"
    )
    report = rows(run("report", "--json", log, environment={"MODELS_FILE": "models.csv"}))
    flex = (500 * 2 + 200 * 0.2 + 300 * 2.5 + 100 * 10) / 2
    long = 1100 * 4 + 500 * 0.4 + 400 * 5 + 10 * 15
    cost = 800 * 2 + 200 * 0.2 + 100 * 10 + flex + long + 10 * 2 * 2
    assert report["total"]["cost_usd"] == pytest.approx(cost / 1e6, abs=1e-6)
    assert report["total"]["cache_write_tokens"] == 700
    assert report["models_without_price"] == []


@pytest.mark.parametrize("arguments", [["--by", "moon"], ["--since", "yesterday"], ["--json", "--csv"]])
def test_usage_errors(run, arguments):
    assert run("report", *arguments, "-").returncode == 64


@pytest.mark.parametrize("format", ["json", "text"])
def test_lines_within_nginxs_error_log(run, simulator, directory, start, binaries, format):
    """With fcgiwrap, nginx writes the program's log lines into its own error log, inside its own lines."""
    script = directory / "gpt-proxy.cgi"
    settings = environment(simulator.base, LOG_FORMAT=format, MODEL_MAP=MODEL_MAP)
    exports = "".join(f"export {name}='{value}'\n" for name, value in settings.items())
    script.write_text(f"#!/bin/sh\n{exports}exec {binaries}/gpt-proxy\n")
    script.chmod(0o755)
    socket, port = directory / "fcgiwrap.sock", free_port()
    wrap = start("fcgiwrap", [find_program("fcgiwrap"), "-f", "-s", f"unix:{socket}"])
    wrap.wait_until(socket.exists, "has not created its socket")
    temporary = "".join(f"{kind}_temp_path {directory};\n" for kind in ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"])
    (directory / "nginx.conf").write_text(
        f"""
        {"user root;" if os.getuid() == 0 else ""}
        daemon off;
        pid {directory}/nginx.pid;
        error_log {directory}/error.log;
        events {{}}
        http {{
            access_log off;
            {temporary}
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    fastcgi_pass unix:{socket};
                    {FASTCGI_PARAMS}
                    fastcgi_param GATEWAY_INTERFACE CGI/1.1;
                    fastcgi_param SCRIPT_FILENAME {script};
                }}
            }}
        }}"""
    )
    nginx = start("nginx", [find_program("nginx"), "-p", directory, "-c", directory / "nginx.conf"])
    nginx.wait_until(lambda: accepts_connections(port), "does not listen")
    client = Client(port)
    for model in ["gpt-4o", 'mine" while {"time":"']:
        assert client.ask("hi", model=model).status == 200
    log = directory / "error.log"
    assert wait_until(lambda: log.read_text().count("while reading") >= 2)
    assert "FastCGI sent in stderr" in log.read_text()
    report = rows(run("report", "--json", "--by", "model", log))
    assert sorted(row["model"] for row in report["rows"]) == ['mine" while {"time":"', "ours"]
    assert all(row["output_tokens"] > 0 for row in report["rows"])


def on_terminal(command, **environment):
    """Runs a command in a terminal; returns its exit status and output."""
    leader, follower = pty.openpty()
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env={"PATH": PATH, **environment}) as child:
        os.close(follower)
        shown = b""
        try:
            while piece := os.read(leader, 1 << 16):
                shown += piece
        except OSError:
            pass
        os.close(leader)
    return child.returncode, shown.decode()


def test_a_terminal(binaries, asked):
    log, _ = asked
    command = [binaries / "gpt-proxy", "report", log]
    assert "\x1b[1m" in on_terminal(command)[1]
    assert "\x1b" not in on_terminal(command, NO_COLOR="1")[1]
    status, shown = on_terminal(command[:2])
    assert status == 64
    assert "Name the logs" in shown
