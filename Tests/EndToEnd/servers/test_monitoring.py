"""deploy/monitoring for Prometheus and Grafana, tested with a real Prometheus that scrapes gpt-proxy through nginx."""

import json
import re
import subprocess
import urllib.parse
import urllib.request

import pytest
import yaml

from client import ask
from processes import REPOSITORY, Process, find_program, remove, temporary_directory, wait_until
from stack import free_port

FOLDER = REPOSITORY / "deploy/monitoring"

# Values that Grafana would insert for a panel's variables.
VARIABLES = {"$__rate_interval": "1m", "$job": "gpt-proxy", "$instance": ".*"}


def promtool(*arguments, **options):
    return subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=60, **options)


def panels():
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions():
    """Yields the dashboard's queries, as Prometheus gets them, with the titles of their panels."""
    for panel in panels():
        for target in panel["targets"]:
            expression = target["expr"]
            for variable, value in VARIABLES.items():
                expression = expression.replace(variable, value)
            yield panel["title"], expression


def rules():
    return yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]


def metrics(text):
    """The metrics that are used in expressions."""
    return set(re.findall(r"\b(?:gpt_proxy|gen_ai)_[a-z_]+(?=[\[{) ]|$)(?<!gen_ai_response_model)(?<!gen_ai_token_type)", text))


class Prometheus:
    """Prometheus with the example's configuration, except for the target, the protocol and the scrape interval."""

    def __init__(self, port):
        self.directory = temporary_directory()
        self.port = free_port()
        text = (FOLDER / "prometheus.yml").read_text()
        for place, here in [
            ('"gpt-proxy.example.com"', f'"127.0.0.1:{port}"'),
            ("scheme: https", "scheme: http"),
            ("scrape_interval: 15s", "scrape_interval: 1s"),
        ]:
            assert text.count(place) == 1
            text = text.replace(place, here)
        (self.directory / "prometheus.yml").write_text(f"global: {{evaluation_interval: 1s}}\n{text}")
        (self.directory / "alerts.yml").write_text((FOLDER / "alerts.yml").read_text())
        self.process = Process(
            "prometheus",
            [find_program("prometheus"), f"--config.file={self.directory}/prometheus.yml"]
            + [f"--storage.tsdb.path={self.directory}/data", f"--web.listen-address=127.0.0.1:{self.port}"],
            self.directory,
        )
        self.process.wait_until(lambda: "Server is ready" in self.process.log, "is not ready")

    def ask(self, path, **parameters):
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=30) as reply:
            return json.load(reply)["data"]

    def query(self, expression):
        """The current values of an expression; an invalid expression raises an HTTP error."""
        return [float(series["value"][1]) for series in self.ask("query", query=expression)["result"]]

    def wait_for_scrape(self):
        """Waits for two more scrapes, so that at least one has started after this call."""
        seen = self.query("count_over_time(up[1h])")
        assert wait_until(lambda: self.query("count_over_time(up[1h])") > [*(n + 2 for n in seen), 0], 30, 0.2), self.process.log

    def stop(self):
        self.process.stop()
        remove(self.directory)


@pytest.fixture
def deployment(deploy, tmp_path):
    return deploy(STATUS_PATH="/status", STATE_DIR=str(tmp_path))


@pytest.fixture
def busy(deployment):
    """A function that causes a few requests of every kind that is counted."""
    client = deployment.client

    def busy():
        for path in ["/proxy", "/v1/chat/completions"]:
            assert client.ask("hi", path=path, seed=7).status == 200
            with client.stream("hi", path=path) as stream:
                stream.rest()
            # Upstream fails once, and the request is retried.
            assert client.ask(f"[simulate status=503 times=1] {object()}", path=path).status == 200
            assert client.ask("[simulate status=400]", path=path).status >= 400
            assert client.post(ask("hi"), {"X-API-KEY": "wrong"}, path).status == 401
            with client.stream("[simulate pace=20 deltas=500]", path=path) as stream:
                stream.read_until(b"delta")

    return busy


@pytest.fixture
def prometheus(deployment):
    prometheus = Prometheus(deployment.nginx.port)
    yield prometheus
    prometheus.stop()


def test_promtool_accepts_the_configuration_and_the_rules():
    for kind, file in [("config", "prometheus.yml"), ("rules", "alerts.yml")]:
        ended = promtool("check", kind, file)
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_each_alert_fires_when_it_should():
    ended = promtool("test", "rules", "alerts-tests.yml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    tests = (FOLDER / "alerts-tests.yml").read_text()
    for rule in rules():
        assert f'ALERTS{{alertname="{rule["alert"]}", alertstate="firing"' in tests, f"{rule['alert']} is not tested"
        assert rule["annotations"]["summary"] and len(rule["annotations"]["description"]) > 80


def test_promtool_accepts_a_scrape(deployment, busy):
    busy()
    page = deployment.client.get("/status?openmetrics", headers={}).body.decode()
    assert page.endswith("# EOF\n")
    # promtool expects the format before OpenMetrics, in which HELP and TYPE of a counter have the name of its samples.
    counters = re.findall(r"^# TYPE (\S+) counter$", page, re.MULTILINE)
    for counter in counters:
        page = re.sub(rf"^# (TYPE|HELP) {counter} ", rf"# \1 {counter}_total ", page, flags=re.MULTILINE)
    ended = promtool("check", "metrics", input=page)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert len(counters) >= 8


def test_prometheus_has_data_for_every_panel_and_alert(prometheus, busy):
    for _ in range(3):
        prometheus.wait_for_scrape()
        busy()
    prometheus.wait_for_scrape()
    (target,) = prometheus.ask("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")
    # Prometheus uses this name only if it parses the page as OpenMetrics.
    (metadata,) = prometheus.ask("metadata", metric="gpt_proxy_requests").values()
    assert metadata[0]["type"] == "counter"

    for title, expression in expressions():
        numbers = prometheus.query(expression)
        assert numbers and all(number == number for number in numbers), f"{title} is empty: {expression}"
    for metric in metrics("\n".join(rule["expr"] for rule in rules())):
        assert prometheus.query(metric), f"an alert uses {metric}, which does not exist"
    evaluated = prometheus.ask("rules")["groups"][0]["rules"]
    assert [(rule["name"], rule["health"]) for rule in evaluated] == [(rule["alert"], "ok") for rule in rules()]


def test_the_panels_of_the_dashboard_are_complete_and_do_not_overlap():
    for panel in panels():
        assert panel["title"] and panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all("$job" in target["expr"] and "$instance" in target["expr"] for target in panel["targets"])
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    taken = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(taken) == len(set(taken)) and max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_table_in_the_readme_has_every_metric(deployment, busy):
    busy()
    page = deployment.client.get("/status?openmetrics", headers={}).body.decode()
    families = {
        name + ("_total" if kind == "counter" else "")
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE)
    }
    documented = set(re.findall(r"`((?:gpt_proxy|gen_ai)_[a-z_]+)`", (FOLDER / "README.md").read_text()))
    assert documented == families
