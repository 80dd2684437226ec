"""gpt-proxy check --through: how a web server changes clients' requests, and what to change in its configuration."""

import gzip
import http.server
import os
import threading
import time

import pytest

from client import Client
from processes import find_program
from stack import FASTCGI_PARAMS, PROXY_KEY, accepts_connections, environment, free_port

TEMPORARY = ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"]
MODULES = "/usr/lib/apache2/modules"


@pytest.fixture
def nginx(default_deployment, simulator, directory, start):
    """Starts nginx with a server with these directives in front of the default deployment; returns its port."""

    def nginx(directives):
        port = free_port()
        temporary = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in TEMPORARY)
        socket = default_deployment.responder.socket
        configuration = directory / f"nginx-{port}.conf"
        configuration.write_text(
            f"""
            {"user root;" if os.getuid() == 0 else ""}
            daemon off;
            worker_processes 1;
            pid {directory}/nginx-{port}.pid;
            error_log {directory}/nginx-error.log;
            events {{ worker_connections 64; }}
            http {{
                access_log off;
                {temporary}
                server {{ listen 127.0.0.1:{port}; {directives.replace("SOCKET", f"unix:{socket}")} }}
            }}"""
        )
        server = start(f"nginx-{port}", [find_program("nginx"), "-p", directory, "-c", configuration])
        server.wait_until(lambda: accepts_connections(port), "does not listen")
        return port

    return nginx


def location(*settings, path="/", parameters=FASTCGI_PARAMS):
    return f"location {path} {{ fastcgi_pass SOCKET; {parameters} {' '.join(f'{setting};' for setting in settings)} }}"


GOOD = ("fastcgi_buffering off", "client_max_body_size 64m")
PASSED_ON = "fastcgi_ignore_headers X-Accel-Buffering"


@pytest.fixture
def check(run, simulator):
    """Runs the check, makes sure that no request was sent upstream, and returns the completed process."""

    def check(port, base="/v1", *arguments, **settings):
        ended = run(
            "check", "--through", f"http://127.0.0.1:{port}{base}", *arguments, environment=environment(simulator.base, **settings)
        )
        assert simulator.requests == []
        return ended

    return check


def problem(ended):
    """The only problem that was found, with its remedy; fails if there are none or several."""
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert ended.stderr.count("problem  ") == 1, ended.stderr
    assert "1 problem\n" in ended.stdout
    return " ".join(ended.stderr.split())


@pytest.mark.parametrize("base", ["/v1", "/v1/", "", "/proxy"])
def test_a_correctly_configured_nginx(nginx, check, base):
    ended = check(nginx(location(*GOOD)), base)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "passes requests to gpt-proxy\n" in ended.stdout
    assert "accepts a body of 4 MB\n" in ended.stdout
    assert "streams: each event arrives when it is written\n" in ended.stdout
    assert "0 warnings, 0 problems\n" in ended.stdout


def test_buffering_that_only_a_header_turns_off_is_a_warning(nginx, check):
    ended = check(nginx(location("client_max_body_size 64m")))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "streams: each event arrives when it is written\n" in ended.stdout
    assert "warning  " in ended.stdout and "buffering is on" in ended.stdout
    assert "nginx: fastcgi_buffering off" in ended.stdout
    assert "1 warning, 0 problems\n" in ended.stdout


def test_buffering_that_delays_streams_is_found(nginx, check):
    said = problem(check(nginx(location("client_max_body_size 64m", PASSED_ON))))
    assert "buffers streams: all events arrive at once" in said
    assert "nginx: fastcgi_buffering off" in said


def test_a_buffering_nginx_in_front_of_nginx_is_found(nginx, check):
    inner = nginx(location(*GOOD))
    edge = nginx(f"location / {{ proxy_pass http://127.0.0.1:{inner}; client_max_body_size 64m; }}")
    assert "proxy_buffering off" in problem(check(edge))


def test_the_location_that_clients_use_is_the_one_checked(nginx, check):
    port = nginx(location("client_max_body_size 64m", PASSED_ON, path="/v1/") + location(*GOOD))
    assert "buffers streams" in problem(check(port))
    assert check(port, "/proxy").returncode == 0


def test_a_body_size_limit_is_found(nginx, check):
    said = problem(check(nginx(location("fastcgi_buffering off"))))
    assert "does not accept a body of 4 MB, which gets status 413" in said
    assert "client_max_body_size, as large as MAX_BODY" in said


def test_the_proxys_own_body_size_limit_is_not_reported(nginx, check):
    ended = check(nginx(location("fastcgi_buffering off")), MAX_BODY="512k")
    assert "accepts a body of 524288 bytes\n" in ended.stdout


@pytest.mark.parametrize("directives", ["", location(*GOOD, path="/other/")])
def test_a_missing_location_is_found(nginx, check, directives):
    said = problem(check(nginx(directives)))
    assert "gets status 404 from nginx itself" in said or "gets status 405" in said
    assert "a location for this path with fastcgi_pass" in said


def test_a_missing_path_parameter_is_found(nginx, check):
    without = FASTCGI_PARAMS.replace("fastcgi_param SCRIPT_NAME $fastcgi_script_name;", "")
    said = problem(check(nginx(location(*GOOD, parameters=without))))
    assert "reaches gpt-proxy, but without the path" in said and "SCRIPT_NAME $fastcgi_script_name" in said


def test_a_key_that_differs_from_the_processs_is_found(nginx, check, directory):
    port = nginx(location(*GOOD))
    said = problem(check(port, PROXY_API_KEY="another-key-of-16-bytes"))
    assert "reaches gpt-proxy, which rejects the key" in said and "--key-file" in said
    (directory / "key").write_text(PROXY_KEY + "\n")
    keys = {"PROXY_API_KEY": None, "JWT_SECRET": "0123456789abcdef" * 2}
    assert check(port, "/v1", "--key-file", "key", **keys).returncode == 0
    ended = check(port, **keys)
    assert ended.returncode == 64 and "--key-file" in ended.stderr


def test_a_removed_authorization_header_is_found(nginx, check):
    port = nginx(location(*GOOD, 'fastcgi_param HTTP_AUTHORIZATION ""'))
    ended = check(port)
    assert "does not pass the header Authorization to gpt-proxy" in problem(ended)
    # The other checks are made nevertheless.
    assert "streams: each event arrives when it is written\n" in ended.stdout


def test_a_responder_that_is_not_reachable_is_found(nginx, check):
    directives = location(*GOOD).replace("SOCKET", "unix:/does/not/exist.sock")
    said = problem(check(nginx(directives)))
    assert "does not reach gpt-proxy through nginx, which answers with status 502" in said
    assert "fastcgi_pass must name the socket" in said


@pytest.mark.parametrize(
    "directives, said",
    [
        ("return 301 https://example.com$request_uri;", "redirects to another address"),
        ("location / { deny all; }", "is rejected by nginx itself, with status 403"),
        ("location / { return 200 hello; }", "gets status 200 from another program"),
    ],
)
def test_responses_from_other_servers_are_reported(nginx, check, directives, said):
    assert said in problem(check(nginx(directives)))


def test_a_web_server_that_is_not_reachable_is_found(check):
    said = problem(check(free_port()))
    assert "could not connect" in said and "check whether the web server is running" in said


@pytest.mark.parametrize("address", ["example.com", "ftp://example.com", "https://u:p@example.com"])
def test_an_invalid_address_is_a_usage_error(run, simulator, address):
    ended = run("check", "--through", address, environment=environment(simulator.base))
    assert ended.returncode == 64


class Imitation:
    """A server that responds to checks like gpt-proxy, except for streams."""

    def __init__(self, stream):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = len(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("x-gpt-proxy-request-id", "x")
                if self.headers["x-gpt-proxy-check"] == "body":
                    self.end_headers()
                    self.wfile.write(f'{{"object":"gpt_proxy.check","body_bytes":{size}}}'.encode())
                else:
                    stream(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def tick(number):
    return f'data: {{"object":"gpt_proxy.tick","number":{number},"of":3,"written_ms":{number * 100}}}\n\n'.encode()


def test_compression_that_delays_streams_is_found(check):
    def compress(handler):
        if "gzip" in handler.headers["Accept-Encoding"]:
            handler.send_header("Content-Encoding", "gzip")
            handler.end_headers()
            handler.wfile.write(gzip.compress(tick(1) + tick(2) + tick(3)))
            return
        handler.end_headers()
        for number in (1, 2, 3):
            time.sleep(0.1)
            handler.wfile.write(tick(number))

    with Imitation(compress) as server:
        said = problem(check(server.port))
    assert "buffers streams to compress them" in said
    # The server has sent no Server header, so that the fixes for all servers are listed.
    assert "nginx: gzip off" in said and "Apache: SetEnv no-gzip 1" in said and "lighttpd: " in said


def test_a_stream_that_ends_early_is_reported(check):
    def cut(handler):
        handler.end_headers()
        handler.wfile.write(tick(1))

    with Imitation(cut) as server:
        assert "cuts a stream off" in problem(check(server.port))


# --- Apache -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def apache(default_deployment, simulator, directory, start):
    """Starts Apache with mod_proxy_fcgi and these settings; returns its port."""
    if not os.path.exists(f"{MODULES}/mod_proxy_fcgi.so"):
        pytest.skip("Apache is not installed; deploy/test servers installs it")

    def apache(behind_proxy_pass, settings):
        port = free_port()
        names = ["mpm_event", "authz_core", "env", "filter", "deflate", "proxy", "proxy_fcgi"]
        load = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
        configuration = directory / "apache2.conf"
        configuration.write_text(
            f"""
            ServerName localhost
            ServerRoot {directory}
            PidFile {directory}/apache2.pid
            DefaultRuntimeDir {directory}
            ErrorLog {directory}/apache2-error.log
            {load}
            {"User www-data" if os.getuid() == 0 else ""}
            {"Group www-data" if os.getuid() == 0 else ""}
            Listen 127.0.0.1:{port}
            ProxyPass "/" "unix:{default_deployment.responder.socket}|fcgi://gpt-proxy/" {behind_proxy_pass}
            <Location "/">
                {settings}
            </Location>"""
        )
        server = start("apache2", [find_program("apache2"), "-d", directory, "-f", configuration, "-DFOREGROUND"])
        server.wait_until(lambda: accepts_connections(port), "does not listen")
        return port

    # Apache's user must reach the socket.
    made = default_deployment.responder.socket
    before = made.stat().st_mode, made.parent.stat().st_mode
    made.chmod(0o666)
    made.parent.chmod(0o755)
    directory.chmod(0o755)
    yield apache
    made.chmod(before[0])
    made.parent.chmod(before[1])


def test_the_fixes_for_apache_name_its_directives(apache, check):
    said = check(apache("", "AddOutputFilterByType DEFLATE text/event-stream"))
    assert said.returncode == 1
    output = " ".join(said.stderr.split())
    assert "does not pass the header Authorization to gpt-proxy" in output and "Apache: CGIPassAuth On" in output
    assert "buffers streams: all events" in output and "Apache: flushpackets=on" in output


def test_a_correctly_configured_apache(apache, check):
    settings = "CGIPassAuth On\nAddOutputFilterByType DEFLATE text/event-stream\nSetEnv no-gzip 1"
    ended = check(apache("flushpackets=on", settings))
    assert (ended.returncode, ended.stderr) == (0, "")


# --- The requests of a check ------------------------------------------------------------------------------------------


def test_an_unauthorized_client_gets_no_ticks(default_deployment, simulator):
    client = Client(default_deployment.nginx.port)
    for word in ("body", "stream", "unmarked-stream"):
        headers = {"X-API-KEY": "wrong", "x-gpt-proxy-check": word}
        assert client.post({}, headers, "/v1/chat/completions").status == 401
    assert client.post({}, {"X-API-KEY": PROXY_KEY, "x-gpt-proxy-check": "1"}).status == 400
    assert simulator.requests == []


def test_a_check_is_marked_in_the_log(deploy, run, simulator):
    deployment = deploy()
    address = f"http://127.0.0.1:{deployment.nginx.port}/v1"
    assert run("check", "--through", address, environment=environment(simulator.base)).returncode == 0
    lines = deployment.responder.access_log()
    assert lines and all(line["check"] is True and line["status"] == 200 for line in lines)
