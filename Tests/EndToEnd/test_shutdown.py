"""Stop signals: running requests complete, new ones are not accepted, and a second signal stops at once."""

import json
import signal

import pytest

from client import ask, events
from processes import wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_an_idle_responder_ends_at_once(deploy, number):
    deployment = deploy()
    assert deployment.client.ask("hi").status == 200
    deployment.responder.process.signal(number)
    assert deployment.responder.process.wait() == 0
    assert not deployment.responder.socket.exists()


def test_a_running_stream_is_finished(deploy):
    deployment = deploy()
    process = deployment.responder.process
    with deployment.client.stream("[simulate pace=50 deltas=40]") as stream:
        begin = stream.read_until(b"output_text.delta")
        process.signal(signal.SIGTERM)
        assert wait_until(lambda: "stopping" in process.log)
        assert wait_until(lambda: deployment.client.ask("hi").status == 502), "new requests are still accepted"
        assert not process.has_ended
        received = events(begin + stream.rest())
    assert received[-1][0] == "response.completed"
    assert process.wait() == 0


def test_a_running_whole_response_is_finished(deploy, simulator):
    deployment = deploy()
    connection = deployment.client.send("POST", "/proxy", ask("[simulate delay=1000] hi"))
    assert wait_until(lambda: simulator.requests)
    deployment.responder.process.signal(signal.SIGTERM)
    assert connection.getresponse().status == 200
    connection.close()
    assert deployment.responder.process.wait() == 0


def test_a_stream_that_outlasts_the_grace_ends_with_an_error(deploy):
    deployment = deploy(SHUTDOWN_GRACE="500ms")
    with deployment.client.stream("[simulate stall=3]") as stream:
        begin = stream.read_until(b"\n\n")
        deployment.responder.process.signal(signal.SIGTERM)
        name, data = events(begin + stream.rest())[-1]
    assert name == "error"
    assert json.loads(data)["code"] == "stopping"
    (line,) = deployment.responder.access_log()
    assert "client_left" not in line


def test_a_whole_response_that_outlasts_the_grace_is_an_error(deploy, simulator):
    deployment = deploy(SHUTDOWN_GRACE="500ms")
    connection = deployment.client.send("POST", "/proxy", ask("[simulate hang]"))
    assert wait_until(lambda: simulator.requests)
    deployment.responder.process.signal(signal.SIGTERM)
    reply = connection.getresponse()
    assert reply.status == 503
    assert reply.headers["Retry-After"]
    connection.close()


def test_the_process_ends_after_the_grace(deploy, simulator):
    deployment = deploy(SHUTDOWN_GRACE="1s")
    with deployment.client.stream("[simulate stall=3]") as stream:
        stream.read_until(b"\n\n")
        deployment.responder.process.signal(signal.SIGTERM)
        assert deployment.responder.process.wait() == 0
    assert wait_until(lambda: simulator.request["ending"] == "client closed")


def test_a_second_sigterm_ends_the_process_at_once(deploy):
    deployment = deploy()
    process = deployment.responder.process
    with deployment.client.stream("[simulate stall=3]") as stream:
        stream.read_until(b"\n\n")
        process.signal(signal.SIGTERM)
        assert wait_until(lambda: "stopping" in process.log)
        process.signal(signal.SIGTERM)
        assert process.wait(5) != 0
