"""The quotations in Troubleshooting.md are real: each one is compared with the message of the program, or of the web server
in front of it, after the problem has been provoked."""

import json
import os
import re
import threading
from pathlib import Path

import pytest

from client import Client, ask
from names import Names
from processes import REPOSITORY, find_program, wait_until
from stack import FASTCGI_PARAMS, PROXY_KEY, accepts_connections, environment, free_port
from upstream import Upstream

GUIDE = REPOSITORY / "Sources/gpt-proxy/gpt-proxy.docc/Troubleshooting.md"
SECTIONS = dict(re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", GUIDE.read_text(), re.MULTILINE))
PATH = "/v1/chat/completions"
DENIED, ABSENT, REFUSED = range(3)


def quotations(heading):
    """The quotations of a section: its lines that are indented as code."""
    return [line.strip() for line in re.findall(r"^    (.*)$", SECTIONS[heading], re.MULTILINE)]


def assert_seen(quotation, text):
    pattern = ".*".join(re.escape(part) for part in quotation.split("…"))
    assert re.search(pattern, text), f"{quotation!r} is not in {text!r}"


def test_every_section_is_tested():
    """This applies to all sections with quotations, except for the commands in the overview."""
    source = Path(__file__).read_text()
    assert [heading for heading in SECTIONS if heading != "Overview" and quotations(heading) and f'"{heading}"' not in source] == []


@pytest.fixture
def nginx(directory, start):
    """Starts nginx with these settings in front of a socket; returns a client, and a function that reads the error log."""

    def nginx(socket, *settings, user="root"):
        port = free_port()
        temporary = "".join(f"{kind}_temp_path {directory}/{kind};" for kind in ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"])
        (directory / "nginx.conf").write_text(
            f"""
            {f"user {user};" if os.getuid() == 0 else ""}
            daemon off;
            worker_processes 1;
            pid {directory}/nginx.pid;
            error_log {directory}/nginx-error.log;
            events {{ worker_connections 64; }}
            http {{
                access_log off;
                {temporary}
                server {{
                    listen 127.0.0.1:{port};
                    location / {{ fastcgi_pass unix:{socket}; {FASTCGI_PARAMS} {" ".join(f"{each};" for each in settings)} }}
                }}
            }}"""
        )
        server = start("nginx", [find_program("nginx"), "-p", directory, "-c", directory / "nginx.conf"])
        server.wait_until(lambda: accepts_connections(port), "does not listen")
        return Client(port), lambda: (directory / "nginx-error.log").read_text()

    return nginx


def test_a_socket_that_the_web_server_may_not_open(nginx, deploy):
    quotation = quotations("502 at once, from the web server")[DENIED]
    socket = deploy().responder.socket
    # With mode 0 not even the owner may open it, in case nginx cannot run as another user.
    socket.chmod(0)
    client, log = nginx(socket, user="www-data")
    assert client.ask("hi").status == 502
    assert_seen(quotation, log())


def test_a_socket_that_does_not_exist(nginx, directory):
    quotation = quotations("502 at once, from the web server")[ABSENT]
    client, log = nginx(directory / "gpt-proxy.sock")
    assert client.ask("hi").status == 502
    assert_seen(quotation, log())


def test_a_socket_that_was_left_behind(nginx, deploy):
    quotation = quotations("502 at once, from the web server")[REFUSED]
    responder = deploy().responder
    responder.process.child.kill()
    responder.process.child.wait()
    client, log = nginx(responder.socket)
    assert client.ask("hi").status == 502
    assert_seen(quotation, log())


def test_a_key_that_upstream_rejects(deploy, run, directory, binaries, start):
    says, checked = quotations("502, and upstream refuses the key")
    strict = start("strict-simulator", [binaries / "upstream-simulator", "--key", "another"])
    strict.wait_until(lambda: "listening on" in strict.log, "has not started")
    base = re.search(r"listening on (\S+)", strict.log)[1]
    client = deploy(OPENAI_BASE=base).client
    reply = client.ask("hi", path=PATH)
    assert reply.status == 502
    assert_seen(says, reply.json["error"]["message"])
    assert '"detail":{"openai_status":401,' in client.ask("hi").body.decode()
    assert_seen(checked, run("check", "--upstream", environment=environment(base)).stderr)


def test_an_upstream_that_is_not_reachable(deploy):
    (says,) = quotations("502, and upstream cannot be reached")
    deployment = deploy(OPENAI_BASE=f"http://127.0.0.1:{free_port()}/v1", RETRIES="0")
    reply = deployment.client.ask("hi", path=PATH)
    assert reply.status == 502
    assert_seen(says, reply.json["error"]["message"])
    assert wait_until(lambda: [line["error"] for line in deployment.responder.access_log()] == ["upstream_unreachable"])


def test_a_name_for_which_dns_does_not_answer(deploy, vectors):
    says, logs = quotations("504, and the name has no answer")
    names, upstream = Names(), Upstream()
    # Upstream closes each connection, so that each request needs the name.
    upstream.says((vectors / "bodies/01_plain_text.json").read_bytes(), Connection="close")
    try:
        base = f"http://api.test:{upstream.port}/v1"
        deployment = deploy(OPENAI_BASE=base, CONNECT_TIMEOUT="200ms", RETRIES="0", **names.environment)
        names.set("api.test", "hang")
        reply = deployment.client.ask("hi", path=PATH)
        assert reply.status == 504
        assert wait_until(lambda: says in deployment.responder.log)
        names.set("api.test", "127.0.0.1")
        assert wait_until(lambda: deployment.client.ask("hi", path=PATH).status == 200)
        names.set("api.test", "again")
        assert wait_until(lambda: deployment.client.ask("hi", path=PATH).status == 200 and logs in deployment.responder.log)
    finally:
        names.forget()
        upstream.stop()


def test_a_stream_that_is_buffered(nginx, default_deployment, run, simulator):
    (says,) = quotations("A stream arrives all at once")
    settings = ["client_max_body_size 64m", "fastcgi_ignore_headers X-Accel-Buffering"]
    client, _ = nginx(default_deployment.responder.socket, *settings)
    ended = run("check", "--through", f"http://127.0.0.1:{client.port}/v1", environment=environment(simulator.base))
    assert_seen(says, " ".join(ended.stderr.split()))


def test_a_body_that_is_too_large(nginx, deploy):
    theirs, ours = quotations("413")
    deployment = deploy(MAX_BODY="1m")
    large = {"messages": [{"role": "user", "content": "x" * (1 << 20)}]}
    client, _ = nginx(deployment.responder.socket)
    for client, quotation in [(client, theirs), (deployment.client, ours)]:
        reply = client.post(large)
        assert reply.status == 413
        assert_seen(quotation, reply.body.decode())


def test_a_key_that_does_not_arrive(nginx, deploy, run, simulator):
    says, checked = quotations("401, though the key is right")
    deployment = deploy()
    client, _ = nginx(deployment.responder.socket, 'fastcgi_param HTTP_AUTHORIZATION ""')
    reply = client.request("POST", PATH, b"{}", {"Authorization": f"Bearer {PROXY_KEY}"})
    assert reply.status == 401
    assert_seen(says, reply.body.decode())
    assert wait_until(lambda: [line["error"] for line in deployment.responder.access_log()] == ["invalid_key"])
    ended = run("check", "--through", f"http://127.0.0.1:{client.port}/v1", environment=environment(simulator.base))
    assert_seen(checked, " ".join(ended.stderr.split()))


def test_a_model_that_a_key_may_not_use(deploy, run, directory):
    (says,) = quotations("403, though the key is right")
    keys = directory / "keys"
    made = run("key", "new", "ann", "--models", "gpt-4o-mini", "--add", "--file", keys)
    key = made.stdout.splitlines()[0]
    client = deploy(PROXY_KEYS_FILE=str(keys)).client
    reply = client.post(ask("hi", model="gpt-4o"), {"X-API-KEY": key}, PATH)
    assert reply.status == 403
    assert_seen(says, reply.json["error"]["message"])


def test_a_model_that_upstream_does_not_have(deploy):
    (says,) = quotations("404, and the model does not exist")
    reply = deploy().client.ask("[simulate missing=mine] hi", path=PATH, model="mine")
    assert reply.status == 404
    assert_seen(says, reply.json["error"]["message"])


def test_tools_in_chat_completions(deploy):
    refused, way_out = quotations("400, and function tools are not supported")
    client = deploy(TARGET_API="chat", MODEL_MAP="gpt-4o=gpt-6.1-sol").client
    reply = client.ask("hi", path=PATH, tools=[{"type": "function", "function": {"name": "f"}}])
    assert reply.status == 400
    assert_seen(refused, reply.json["error"]["message"])
    assert_seen(way_out, reply.json["error"]["message"])


def test_a_web_server_that_does_not_wait(nginx, deploy):
    theirs, ours = quotations("504 after a minute")
    deployment = deploy(UPSTREAM_TIMEOUT="3s", RETRIES="0")
    client, log = nginx(deployment.responder.socket, "fastcgi_read_timeout 1s")
    assert client.ask("[simulate delay=60000] hi", path=PATH).status == 504
    assert_seen(theirs, log())
    reply = deployment.client.ask("[simulate delay=60000] hi", path=PATH)
    assert reply.status == 504
    assert_seen(ours, reply.json["error"]["message"])


def test_the_concurrency_limit_is_reached(deploy, simulator):
    says, output, memory = quotations("503 under load")
    deployment = deploy(MAX_STREAMS="1")
    with deployment.client.stream("[simulate stall=2] hi", path=PATH):
        assert wait_until(lambda: simulator.requests)
        reply = deployment.client.ask("hi", path=PATH)
    assert reply.status == 503 and "Retry-After" in reply.headers
    assert_seen(says, reply.json["error"]["message"])
    assert wait_until(lambda: "too_many_streams" in {line.get("error") for line in deployment.responder.access_log()})
    assert_seen(output, deploy(descriptors=60, MAX_STREAMS="1000").responder.log)
    assert_seen(memory, deploy(memory=512 << 10, MAX_BODY="1g").responder.log)


def test_a_directory_that_cannot_be_used(deploy):
    (says,) = quotations("The status page misses processes, or counts")
    deployment = deploy(STATUS_PATH="/status", STATE_DIR="/nonexistent/state")
    # Startup waits for the directory only for a limited time.
    assert wait_until(lambda: "STATE_DIR" in deployment.responder.log)
    assert_seen(says, deployment.responder.log)
    page = deployment.client.get("/status?json", headers={}).json
    assert any("/nonexistent/state" in text for text in page["warnings"])


def test_keys_that_cannot_be_read(deploy, run, directory):
    says, logged = quotations("503, and the keys cannot be read")
    keys = directory / "keys"
    key = run("key", "new", "ann", "--add", "--file", keys).stdout.splitlines()[0]
    deployment = deploy(PROXY_KEYS_FILE=str(keys), KEYS_FILE_GRACE="0s")
    text = keys.read_text()
    keys.unlink()

    def ask_as_ann():
        return deployment.client.post(ask("hi"), {"X-API-KEY": key}, PATH)

    assert wait_until(lambda: ask_as_ann().status == 503)
    assert_seen(says, ask_as_ann().json["error"]["message"])
    assert_seen(logged, deployment.responder.log)
    # The fix that the guide describes.
    keys.write_text(text)
    assert wait_until(lambda: ask_as_ann().status == 200)


def test_a_parameter_that_is_dropped(kept_proxy, run):
    header, *reasons = quotations("A parameter has no effect")
    reply = kept_proxy.ask("hi", path=PATH, temperature=0.5, seed=7)
    name, _, value = header.partition(": ")
    assert reply.headers[name] == value
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.5, "seed": 7}
    output = run("map", "--route", PATH, input=json.dumps(request)).stderr
    assert output.splitlines() == reasons


def test_reasoning_that_uses_up_the_token_limit(kept_proxy, run):
    (says,) = quotations("Empty or short answers with finish_reason length")
    assert_seen(says, kept_proxy.ask("[simulate play=09] hi", path=PATH).body.decode())
    # The fix that the guide describes.
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 100}
    mapped = run("map", "--route", PATH, input=json.dumps(request), environment={"REASONING_HEADROOM": "4000"})
    assert json.loads(mapped.stdout)["max_output_tokens"] == 4100


def test_a_stream_that_breaks(kept_proxy):
    (says,) = quotations("A stream ends with an error")
    with kept_proxy.stream("[simulate no-terminal] hi", path=PATH) as stream:
        body = stream.rest().decode()
    assert_seen(f"data: {says}\n\ndata: [DONE]", body)
    with kept_proxy.stream("[simulate no-terminal] hi") as stream:
        assert "event: error" in stream.rest().decode()


def test_settings_that_cannot_be_used(run, directory):
    settings = {"PROXY_API_KEY": PROXY_KEY, "TARGET_API": "gemini"}
    ended = run("serve", "--listen", f"unix:{directory}/socket", environment=settings)
    assert ended.returncode == 78
    assert ended.stderr.splitlines() == quotations("It does not start: status 78")


def test_a_socket_that_is_taken(run, deploy):
    (says,) = quotations("It does not start: status 1")
    socket = deploy().responder.socket
    ended = run("serve", "--listen", f"unix:{socket}", environment=environment("http://127.0.0.1:9/v1"))
    assert ended.returncode == 1
    assert_seen(says, ended.stderr)


def test_a_command_line_that_is_wrong(run):
    wrong, nothing = quotations("It does not start: status 64")
    for arguments, quotation in [(["nonsense"], wrong), ([], nothing)]:
        ended = run(*arguments)
        assert ended.returncode == 64
        assert_seen(quotation, ended.stderr)


def test_the_guide_lists_only_error_codes_of_the_program():
    """Operations.md explains the error codes in the log; each of them exists in the program."""
    table = (GUIDE.parent / "Operations.md").read_text().split("| `error` in the log |")[1].split("\n\n")[0]
    words = re.findall(r"`([a-z_]+)`", "".join(row.split("|")[1] for row in table.splitlines()[2:]))
    sources = "".join(path.read_text() for path in (REPOSITORY / "Sources").rglob("*.swift"))
    assert len(words) > 10
    assert [word for word in words if f'"{word}"' not in sources] == []


def test_every_reason_to_reject_a_token_is_explained():
    guide = (GUIDE.parent / "Tokens-and-secrets.md").read_text()
    source = (REPOSITORY / "Sources/Access/Tokens/TokenFault.swift").read_text()
    reasons = set(re.findall(r'= "(token_\w+)"', source))
    assert reasons and set(re.findall(r"`(token_\w+)`", guide)) == reasons
