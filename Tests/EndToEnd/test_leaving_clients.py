"""A client that leaves ends what was asked for it, so that nobody pays for tokens that no one reads."""

from contextlib import ExitStack

import pytest

from client import ask
from processes import wait_until
from stack import KEPT_CONNECTIONS


def ends_upstream(simulator):
    """Whether upstream sees its connection close soon: within a second, and generously more on a busy machine."""
    return wait_until(lambda: simulator.request["ending"] == "client closed", timeout=5)


def test_within_a_stream(proxy, simulator):
    stream = proxy.stream("[simulate pace=50 deltas=1000]")
    stream.read_until(b"output_text.delta")
    stream.close()
    assert ends_upstream(simulator)
    assert simulator.request["events_sent"] < 200


def test_while_a_stream_is_silent(proxy, simulator):
    stream = proxy.stream("[simulate stall=3]")
    stream.read_until(b"\n\n")
    stream.close()
    assert ends_upstream(simulator)


@pytest.mark.parametrize("stream", [False, True])
def test_before_the_head(proxy, simulator, stream):
    connection = proxy.send("POST", "/proxy", ask("[simulate hang]", stream=stream))
    assert wait_until(lambda: simulator.requests)
    connection.sock.close()
    connection.close()
    assert ends_upstream(simulator)


def test_others_are_not_disturbed(proxy, simulator):
    leaving = [proxy.stream("[simulate pace=20 deltas=200]") for _ in range(5)]
    staying = proxy.stream("[simulate pace=20 deltas=50]")
    for stream in leaving:
        stream.read_until(b"output_text.delta")
        stream.close()
    assert staying.rest().count(b"event: response.completed\n") == 1
    staying.close()
    assert wait_until(lambda: sum(request["ending"] == "client closed" for request in simulator.requests) == 5)


@pytest.mark.memory
def test_a_crowd_leaves_nothing_behind(deploy, simulator):
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
        # What stays is what the process would need for every next one, such as larger tables.
        assert wait_until(lambda: responder.resident_kilobytes < memory + (crowd_memory - memory) // 2)


def test_the_log_tells(deploy, simulator):
    deployment = deploy()
    stream = deployment.client.stream("[simulate stall=6]")
    stream.read_until(b"output_text.delta")
    stream.close()
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    assert line["client_left"] is True
    # Upstream has not said what it took, but will ask to be paid.
    assert "output_tokens" not in line
    assert line["output_tokens_seen"] >= 1
