"""If a client disconnects, its upstream request is cancelled, so that the operator does not pay for unread tokens."""

from contextlib import ExitStack

import pytest

from client import ask
from processes import wait_until
from stack import KEPT_CONNECTIONS


def ends_upstream(simulator):
    """Whether upstream's connection is closed soon: normally within a second; the timeout allows for a busy machine."""
    return wait_until(lambda: simulator.request["ending"] == "client closed", timeout=5)


def test_a_client_that_disconnects_during_a_stream(proxy, simulator):
    stream = proxy.stream("[simulate pace=50 deltas=1000]")
    stream.read_until(b"output_text.delta")
    stream.close()
    assert ends_upstream(simulator)
    assert simulator.request["events_sent"] < 200


def test_a_client_that_disconnects_from_a_silent_stream(proxy, simulator):
    stream = proxy.stream("[simulate stall=3]")
    stream.read_until(b"\n\n")
    stream.close()
    assert ends_upstream(simulator)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_disconnects_before_the_response_head(proxy, simulator, stream):
    connection = proxy.send("POST", "/proxy", ask("[simulate hang]", stream=stream))
    assert wait_until(lambda: simulator.requests)
    connection.sock.close()
    connection.close()
    assert ends_upstream(simulator)


def test_other_streams_continue(proxy, simulator):
    leaving = [proxy.stream("[simulate pace=20 deltas=200]") for _ in range(5)]
    staying = proxy.stream("[simulate pace=20 deltas=50]")
    for stream in leaving:
        stream.read_until(b"output_text.delta")
        stream.close()
    assert staying.rest().count(b"event: response.completed\n") == 1
    staying.close()
    assert wait_until(lambda: sum(request["ending"] == "client closed" for request in simulator.requests) == 5)


@pytest.mark.memory
def test_400_clients_that_disconnect_leak_nothing(deploy, simulator):
    deployment = deploy()
    client, responder = deployment.client, deployment.responder.process
    assert client.ask("hi").status == 200
    connections, descriptors = simulator.open_connections, responder.descriptors
    memory = responder.resident_kilobytes
    for _ in range(2):
        with ExitStack() as crowd:
            for _ in range(400):
                crowd.enter_context(client.stream("[simulate stall=6]")).read_until(b"output_text.delta")
            assert simulator.open_connections >= 400
            crowd_memory = responder.resident_kilobytes
        assert wait_until(lambda: simulator.open_connections <= connections)
        assert wait_until(lambda: responder.descriptors <= descriptors + KEPT_CONNECTIONS)
        assert client.ask("hi").status == 200
        # The process keeps some memory for later requests, such as larger tables.
        assert wait_until(lambda: responder.resident_kilobytes < memory + (crowd_memory - memory) // 2)


def test_a_client_that_disconnects_is_logged(deploy, simulator):
    deployment = deploy()
    stream = deployment.client.stream("[simulate stall=6]")
    stream.read_until(b"output_text.delta")
    stream.close()
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    assert line["client_left"] is True
    # Upstream has not reported usage but will charge for the tokens.
    assert "output_tokens" not in line
    assert line["output_tokens_seen"] >= 1
