"""Started by other programs: spawn-fcgi with the socket as descriptor 0, systemd with descriptor 3, cgi-fcgi as a bridge."""

import json
import os
import signal
import socket
import subprocess

import pytest

from client import Client, ask
from processes import PATH, find_program, wait_until
from stack import PROXY_KEY, Nginx, accepts_connections, environment, free_port


@pytest.fixture
def spawned(binaries, directory, simulator, start):
    """A responder started by spawn-fcgi on `directory`/socket."""
    process = start(
        "spawn-fcgi",
        [find_program("spawn-fcgi"), "-n", "-s", directory / "socket", "--", binaries / "gpt-proxy"],
        environment(simulator.base),
    )
    process.wait_until(lambda: "started" in process.log, "has not started gpt-proxy")
    return process


def test_spawn_fcgi(spawned, directory, start):
    nginx = Nginx(directory / "socket", directory)
    try:
        client = Client(nginx.port)
        assert "You said: hi" in client.ask("hi").text
        with client.stream("[simulate deltas=3]") as stream:
            assert b"event: response.completed" in stream.rest()
        spawned.signal(signal.SIGTERM)
        assert spawned.wait() == 0
    finally:
        nginx.process.stop()


def test_a_listener_passed_like_systemd_does(binaries, directory, simulator):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / "socket"))
        listener.listen()
        shell = 'exec 3<&"$0" && LISTEN_FDS=1 LISTEN_PID=$$ exec "$1"'
        child = subprocess.Popen(
            ["bash", "-c", shell, str(listener.fileno()), binaries / "gpt-proxy"],
            env={"PATH": PATH, **environment(simulator.base)},
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
        )
    nginx = Nginx(directory / "socket", directory)
    try:
        assert Client(nginx.port).ask("hi").status == 200
        child.send_signal(signal.SIGTERM)
        assert child.wait(15) == 0
    finally:
        child.kill()
        child.wait()
        nginx.process.stop()


def test_cgi_fcgi_as_a_bridge(spawned, directory):
    reply = through_bridge(directory, ask("[simulate text=bridged]"))
    assert b"Status: 200" in reply
    assert b"bridged" in reply


def test_a_stream_through_the_bridge(spawned, directory, vectors):
    reply = through_bridge(directory, ask("Say hello.", stream=True))
    assert reply.partition(b"\r\n\r\n")[2] == (vectors / "streams/01_plain_text.sse").read_bytes()


def test_a_tcp_port(binaries, directory, simulator, start):
    port = free_port()
    process = start(
        "gpt-proxy", [binaries / "gpt-proxy", "serve", "--listen", f"127.0.0.1:{port}"], environment(simulator.base)
    )
    assert wait_until(lambda: accepts_connections(port)), process.log
    assert b"Status: 200" in through_bridge(directory, ask("hi"), address=f"127.0.0.1:{port}")


def test_only_owner_and_group_may_open_the_socket(deploy):
    assert os.stat(deploy().responder.socket).st_mode & 0o777 == 0o660


def through_bridge(directory, body, address="socket"):
    body = json.dumps(body).encode()
    variables = {"REQUEST_METHOD": "POST", "PATH_INFO": "/proxy", "HTTP_X_API_KEY": PROXY_KEY}
    return subprocess.run(
        [find_program("cgi-fcgi"), "-bind", "-connect", address],
        cwd=directory,
        env={"PATH": PATH, **variables, "CONTENT_LENGTH": str(len(body))},
        input=body,
        capture_output=True,
        timeout=60,
    ).stdout
