"""nginx.conf.example works after the edits that it asks for."""

import http.client
import json
import os
import re
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from certificates import self_signed
from client import arrives_one_by_one, ask
from processes import REPOSITORY, find_program, wait_until
from stack import PROXY_KEY, accepts_connections, environment, free_port

EXAMPLE = REPOSITORY / "nginx.conf.example"


class Site:
    """nginx with the example, on free ports and in its own directory."""

    def __init__(self, directory, socket):
        self.directory = directory
        self.port, self.plain_port = free_port(), free_port()
        self.certificate, self.key = self_signed(directory)
        self.configuration = directory / "nginx.conf"
        self.configuration.write_text(self._adapted(self._edited(EXAMPLE.read_text()), socket))

    def _edited(self, text):
        """Makes the edits that the example asks for."""
        replacements = {
            r"server_name gpt-proxy\.example\.com;": "server_name localhost;",
            r"ssl_certificate +\S+;": f"ssl_certificate {self.certificate};",
            r"ssl_certificate_key +\S+;": f"ssl_certificate_key {self.key};",
        }
        for pattern, replacement in replacements.items():
            text, count = re.subn(rf"{pattern}( +# EDIT)", replacement, text)
            assert count == 1
        assert "# EDIT" not in text
        return text

    def _adapted(self, text, socket):
        """Changes the text to run without privileges, next to other servers, in the test's directory."""
        temporary = "".join(
            f"{kind}_temp_path {self.directory}/{kind};" for kind in ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"]
        )
        replacements = {
            r"user www-data;": "daemon off;" + ("user root;" if os.getuid() == 0 else ""),
            r"listen 443": f"listen 127.0.0.1:{self.port}",
            r"listen 80": f"listen 127.0.0.1:{self.plain_port}",
            r"/run/nginx\.pid": f"{self.directory}/nginx.pid",
            r"/var/log/nginx": str(self.directory),
            r"unix:/run/gpt-proxy/gpt-proxy\.sock": f"unix:{socket}",
            r"\nhttp \{": "\nhttp { " + temporary,
            r"worker_rlimit_nofile \d+;": "",
            r"worker_connections \d+;": "worker_connections 512;",
        }
        for pattern, replacement in replacements.items():
            text, count = re.subn(pattern, replacement, text)
            assert count >= 1, f"{pattern} is not in the example"
        return text

    def request(self, method, path, body=None, headers=None):
        connection = self.send(method, path, body, headers)
        try:
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def send(self, method, path, body=None, headers=None):
        trust = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection("localhost", self.port, context=trust, timeout=30)
        body = None if body is None else json.dumps(body)
        connection.request(method, path, body, {"X-API-KEY": PROXY_KEY} if headers is None else headers)
        return connection


@pytest.fixture
def keys(run, directory):
    """Keys of two callers, the second with higher limits."""

    def new(label, *options):
        made = run("key", "new", label, "--add", "--file", directory / "keys", *options)
        return made.stdout.splitlines()[0]

    return {"ann": new("ann"), "bob": new("bob", "--limits", "high")}


@pytest.fixture
def deployment(deploy, keys, directory):
    return deploy(PROXY_KEYS_FILE=str(directory / "keys"), STATUS_PATH="/status")


@pytest.fixture
def site(deployment, directory, start):
    site = Site(directory, deployment.responder.socket)
    nginx = start("nginx-example", [find_program("nginx"), "-p", directory, "-c", site.configuration])
    nginx.wait_until(lambda: accepts_connections(site.port), "does not listen")
    return site


def test_nginx_accepts_the_example(directory):
    site = Site(directory, directory / "socket")
    nginx = [find_program("nginx"), "-t", "-q", "-p", directory, "-c", site.configuration]
    ended = subprocess.run(nginx, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "[warn]" not in ended.stderr


def test_requests_are_served_over_tls(site, simulator):
    status, headers, body = site.request("POST", "/proxy", ask("hi"))
    assert status == 200
    assert "You said: hi" in json.loads(body)["output"][-1]["content"][0]["text"]
    assert headers["Strict-Transport-Security"]
    assert simulator.body["model"] == "gpt-5"


def test_events_arrive_one_by_one(site, vectors):
    recorded = (vectors / "streams/01_plain_text.sse").read_bytes()

    def stream_once():
        connection = site.send("POST", "/proxy", ask("[simulate pace=100] Say hello.", stream=True))
        reply = connection.getresponse()
        pieces = list(iter(lambda: reply.read1(1 << 20), b""))
        connection.close()
        assert b"".join(pieces) == recorded
        return pieces

    assert arrives_one_by_one(stream_once)


def test_each_caller_has_its_own_rate_limit(site, keys):
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: site.request("POST", "/proxy", ask("hi")), range(60)))
    refused = [(headers, body) for status, headers, body in replies if status == 429]
    assert 0 < len(refused) < 60
    for headers, body in refused:
        assert headers["Retry-After"] == "1"
        assert headers["Content-Type"] == "application/json"
        assert json.loads(body)["error"]["code"] == "rate_limit_exceeded"
    status, _, _ = site.request("POST", "/proxy", ask("hi"), {"X-API-KEY": keys["ann"]})
    assert status == 200


def flood(site, *headers):
    """Sends 60 concurrent requests with each of the headers in turn; returns how many get 429."""
    with ThreadPoolExecutor(20) as pool:
        requests = [headers[number % len(headers)] for number in range(60)]
        statuses = list(pool.map(lambda fields: site.request("GET", "/v1/models", None, fields)[0], requests))
    assert set(statuses) <= {200, 429}
    return statuses.count(429)


def test_a_caller_has_one_limit_for_both_headers(site, keys):
    ann = keys["ann"]
    refused = flood(site, {"X-API-KEY": ann}, {"Authorization": f"Bearer {ann}"}, {"authorization": f"bearer {ann}"})
    # The requests with one of the headers alone would have been within the burst.
    assert refused > 0


def test_a_key_may_have_other_limits(site, keys):
    assert flood(site, {"X-API-KEY": keys["bob"]}) == 0


def test_each_caller_has_its_own_limit_of_concurrent_streams(site, keys):
    endless = ask("[simulate stall=6]", stream=True)

    def begin(key):
        connection = site.send("POST", "/proxy", endless, {"X-API-KEY": key})
        stack.callback(connection.close)
        return connection.getresponse().status

    with ExitStack() as stack:
        assert [begin(keys["bob"]) for _ in range(100)] == [200] * 100
        assert begin(keys["bob"]) == 429
        assert begin(keys["ann"]) == 200


def test_wrong_keys_are_limited_by_client_address(site, keys):
    def attempt(number):
        return site.request("POST", "/proxy", {"prompt": "hi"}, {"X-API-KEY": f"wrong-{number}"})

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(attempt, range(400)))
    assert {status for status, _, _ in replies} == {401, 429}


@pytest.mark.parametrize("path, said", [("/proxy", "detail"), ("/v1/chat/completions", "error")])
def test_unknown_callers_get_the_same_401_as_from_gpt_proxy(site, deployment, simulator, path, said):
    own = deployment.client.post(ask("hi"), {}, path).body
    for headers in ({}, {"X-API-KEY": "wrong"}, {"Authorization": "Bearer a.b.c"}):
        status, headers, body = site.request("POST", path, ask("hi"), headers)
        assert status == 401
        assert headers["Content-Type"] == "application/json"
        assert list(json.loads(body)) == [said]
        assert body == own
    assert simulator.requests == []


def test_s10_a_strangers_body_is_not_kept(site, deployment, directory):
    """The response comes before the body, which nginx neither stores nor passes on."""
    headers = {"X-API-KEY": "wrong", "Content-Length": str(60 << 20), "Content-Type": "application/json"}
    connections = [site.send("POST", "/v1/chat/completions", headers=headers) for _ in range(4)]
    for connection in connections:
        connection.send(b" " * (1 << 20))
        assert connection.getresponse().status == 401
    # nginx deletes such files at once, so only its descriptors show them.
    stored = ["find", "/proc", "-maxdepth", "3", "-path", "/proc/*/fd/*", "-lname", f"{directory}/client_body*"]
    assert subprocess.run(stored, capture_output=True, text=True).stdout == ""
    for connection in connections:
        connection.close()
    assert deployment.responder.access_log() == []


def test_authz_is_not_accessible_from_outside(site):
    status, headers, _ = site.request("GET", "/authz")
    assert status == 404
    assert "x-gpt-proxy-caller" not in headers


def test_only_the_request_itself_is_logged_by_gpt_proxy(site, deployment):
    site.request("POST", "/proxy", ask("hi"))
    assert wait_until(deployment.responder.access_log)
    assert [line["route"] for line in deployment.responder.access_log()] == ["/proxy"]


def test_a_body_that_is_too_large(site):
    connection = site.send("POST", "/proxy", headers={"X-API-KEY": PROXY_KEY, "Content-Length": str(65 << 20)})
    reply = connection.getresponse()
    assert reply.status == 413
    assert json.loads(reply.read())["error"]["code"] == "request_too_large"
    connection.close()


def test_a_responder_that_is_not_running(site, deployment):
    deployment.responder.process.stop()
    status, headers, body = site.request("POST", "/proxy", ask("hi"))
    assert status == 503
    assert headers["Retry-After"] == "5"
    assert json.loads(body)["error"]["code"] == "service_unavailable"


def test_gpt_proxys_own_errors_are_forwarded(site):
    status, _, body = site.request("POST", "/proxy", ask("[simulate status=500]"))
    assert status == 502
    assert json.loads(body)["detail"]["openai_status"] == 500


def test_both_logs_have_the_same_request_id(site, deployment, directory):
    site.request("POST", "/proxy", ask("hi"), {"X-API-KEY": PROXY_KEY, "X-Request-Id": "from-the-client"})
    (line,) = deployment.responder.access_log()
    assert wait_until(lambda: line["request_id"] in (directory / "access.log").read_text())


def test_both_status_pages_are_limited_to_this_machine(site):
    for path, words in [("/nginx-status", b"Active connections"), ("/status", b"accepted conn:")]:
        # Without a key.
        status, _, body = site.request("GET", path, headers={})
        assert status == 200
        assert words in body
        guard = rf"location = {path} \{{\s+allow 127\.0\.0\.1;\s+allow ::1;\s+deny all;"
        assert re.search(guard, EXAMPLE.read_text())


def test_nothing_is_served_without_tls(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.plain_port, timeout=30)
    connection.request("POST", "/proxy", "{}", {"X-API-KEY": "x"})
    assert connection.getresponse().status == 403
    connection.close()


def test_check_finds_nothing_to_change(site, run, simulator):
    settings = environment(simulator.base, UPSTREAM_CA_FILE=str(site.certificate))
    ended = run("check", "--through", f"https://localhost:{site.port}/v1", environment=settings)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "0 warnings, 0 problems\n" in ended.stdout
    assert simulator.requests == []
