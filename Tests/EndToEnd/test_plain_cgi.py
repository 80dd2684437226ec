"""gpt-proxy as a CGI program: it gets one request from its environment and standard input (RFC 3875)."""

import json
import socket
import subprocess

import pytest

from client import ask, events
from processes import ENVIRONMENT
from stack import PROXY_KEY, environment


@pytest.fixture
def cgi(binaries, directory, simulator):
    """Runs the program like a CGI server; returns its output and the completed process as (head, body, process)."""

    def cgi(body=b"", arguments=(), settings=None, **variables):
        variables = {
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "/cgi-bin/gpt-proxy",
            "PATH_INFO": "/proxy",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_API_KEY": PROXY_KEY,
            **variables,
        }
        ended = subprocess.run(
            [binaries / "gpt-proxy", *arguments],
            cwd=directory,
            env={**ENVIRONMENT, **(environment(simulator.base) if settings is None else settings), **variables},
            input=body,
            capture_output=True,
            timeout=60,
        )
        head, _, content = ended.stdout.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        return dict(line.split(": ", 1) for line in lines), content, ended

    return cgi


def body_of(text, **fields):
    return json.dumps(ask(text, **fields)).encode()


def test_a_whole_response(cgi):
    head, body, ended = cgi(body_of("[simulate text=whole]"))
    assert head["Status"] == "200 OK"
    assert int(head["Content-Length"]) == len(body)
    assert json.loads(body)["output"][-1]["content"][0]["text"] == "whole"
    assert ended.returncode == 0


def test_requests_are_counted_in_the_state_directory(cgi, run, simulator, tmp_path):
    settings = environment(simulator.base, STATE_DIR=str(tmp_path))
    for _ in range(3):
        assert cgi(body_of("hi"), settings=settings)[0]["Status"] == "200 OK"
    seen = json.loads(run("status", "--json", "--state-dir", str(tmp_path)).stdout)
    assert seen["accepted conn"] == 3 and seen["total processes"] == 0
    # The last process has added up the counters of the process before it.
    assert len(list(tmp_path.glob("*.scoreboard"))) == 2


def test_a_stream(cgi, vectors):
    head, body, _ = cgi(body_of("Say hello.", stream=True))
    assert head["Content-Type"].startswith("text/event-stream")
    assert body == (vectors / "streams/01_plain_text.sse").read_bytes()


def test_a_stream_is_written_event_by_event(binaries, directory, simulator):
    body = body_of("[simulate stall=3]", stream=True)
    variables = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "PATH_INFO": "/proxy"}
    variables |= {"CONTENT_LENGTH": str(len(body)), "HTTP_X_API_KEY": PROXY_KEY}
    child = subprocess.Popen(
        [binaries / "gpt-proxy"],
        cwd=directory,
        env={**ENVIRONMENT, **environment(simulator.base), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        child.stdin.write(body)
        child.stdin.close()
        received = b""
        while received.count(b"event: ") < 3:
            received += child.stdout.read1()
        # The server closes its end when its client disconnects; the program then ends and cancels the upstream request.
        child.stdout.close()
        child.wait(10)
    finally:
        child.kill()
        child.wait()
    assert events(received.partition(b"\r\n\r\n")[2])[0][0] == "response.created"


def test_a_body_of_unknown_length_is_read_to_its_end(cgi):
    head, _, _ = cgi(body_of("hi"), CONTENT_LENGTH="")
    assert head["Status"] == "200 OK"


def test_an_incomplete_body_is_rejected(cgi, simulator):
    head, _, _ = cgi(b'{"prompt": "hi"}', CONTENT_LENGTH="100")
    assert head["Status"].startswith("400")
    assert simulator.requests == []


@pytest.mark.parametrize("argument", ["serve", "--help", "--version", "check"])
def test_a_query_is_not_interpreted_as_a_command(cgi, argument):
    # CGI servers pass a query without `=` as arguments.
    head, body, _ = cgi(REQUEST_METHOD="GET", PATH_INFO="/healthz", QUERY_STRING=argument, arguments=[argument])
    assert head["Status"] == "200 OK"
    assert json.loads(body) == {"status": "ok"}


def test_a_wrong_key(cgi):
    head, body, _ = cgi(body_of("hi"), HTTP_X_API_KEY="wrong")
    assert head["Status"] == "401 Unauthorized"
    assert json.loads(body) == {"detail": "Invalid proxy API key"}


def test_a_missing_setting_is_reported_in_the_log_but_not_to_the_client(cgi):
    head, body, ended = cgi(body_of("hi"), settings={})
    assert head["Status"].startswith("500")
    assert b"OPENAI_API_KEY" not in body
    assert b"OPENAI_API_KEY: is not set" in ended.stderr
    assert ended.returncode == 78


@pytest.mark.parametrize("fault", [{"OPENAI_API_KEY": ""}, {"MAX_BODY": "1k"}], ids=["no-configuration", "too-large"])
def test_an_unread_body_does_not_truncate_the_response(binaries, directory, simulator, fault):
    # Apache uses a socket to talk to the program: if it is closed with unread bytes, the written bytes are lost.
    body = body_of("x" * (150 << 10))
    variables = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "PATH_INFO": "/proxy"}
    variables |= {"CONTENT_LENGTH": str(len(body)), "HTTP_X_API_KEY": PROXY_KEY}
    server, program = socket.socketpair()
    with server, program:
        child = subprocess.Popen(
            [binaries / "gpt-proxy"],
            cwd=directory,
            env={**ENVIRONMENT, **environment(simulator.base), **fault, **variables},
            stdin=program,
            stdout=program,
            stderr=subprocess.DEVNULL,
        )
        program.close()
        server.settimeout(10)
        try:
            server.sendall(body)
        except BrokenPipeError:
            pass
        reply = b"".join(iter(lambda: server.recv(1 << 16), b""))
        child.wait(10)
    assert reply.endswith(b"}")


def test_a_proxy_header_is_not_used_as_http_proxy(cgi):
    # httpoxy: the header `Proxy` arrives as HTTP_PROXY.
    head, _, _ = cgi(body_of("hi"), HTTP_PROXY="http://127.0.0.1:9")
    assert head["Status"] == "200 OK"
