"""The socket file is removed: a new one is created within a second."""

import json

from client import events
from processes import wait_until


def test_r13_a_removed_socket_file_is_created_again(deploy):
    deployment = deploy()
    socket = deployment.responder.socket
    with deployment.client.stream("[simulate pace=50 deltas=60]") as stream:
        begin = stream.read_until(b"output_text.delta")
        socket.unlink()
        assert wait_until(socket.exists)
        assert deployment.client.ask("hi").status == 200
        assert events(begin + stream.rest())[-1][0] == "response.completed"
    (line,) = [line for line in deployment.responder.log.splitlines() if "socket's file" in line]
    assert json.loads(line)["level"] == "warning"
    deployment.responder.process.stop()
    assert not socket.exists()
