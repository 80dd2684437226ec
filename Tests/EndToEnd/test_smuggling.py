"""A body that holds whole FastCGI requests is a body, wherever in it they begin and however it is refused."""

import http.client

import fastcgi
from processes import wait_until
from stack import PROXY_KEY

# As many places as libfcgi's buffer has bytes: what it would take for a record can begin at each.
OFFSETS = 8192


def forged_request():
    body = b'{"prompt":"smuggled"}'
    variables = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/proxy",
        "HTTP_X_API_KEY": PROXY_KEY,
        "HTTP_X_REQUEST_ID": "smuggled",
        "CONTENT_LENGTH": str(len(body)),
    }
    return fastcgi.request(variables, body)


def test_no_request_is_injected_by_a_body_on_a_kept_connection(deploy, simulator):
    """Bodies are refused in every way there is: for the key, the size, the route, the method and what they say."""
    deployment = deploy(MAX_BODY="8k")
    forged = forged_request()
    ways = [
        ("POST", "/proxy", {}, 401),
        ("POST", "/proxy", {"X-API-KEY": PROXY_KEY}, 413),
        ("POST", "/nowhere", {"X-API-KEY": PROXY_KEY}, 404),
        ("PUT", "/proxy", {"X-API-KEY": PROXY_KEY}, 405),
    ]
    connection = http.client.HTTPConnection("127.0.0.1", deployment.nginx.port, timeout=30)
    for offset in range(OFFSETS):
        method, path, headers, expected = ways[offset % len(ways)]
        # At its end the body would leave nothing behind that is not a record.
        connection.request(method, path, b"\0" * offset + forged, headers)
        reply = connection.getresponse()
        reply.read()
        if offset + len(forged) <= 8192 and expected == 413:
            expected = 400
        assert reply.status == expected, f"at offset {offset}"
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    assert wait_until(lambda: len(deployment.responder.access_log()) == OFFSETS + 1)
    assert simulator.requests == []
    assert "smuggled" not in deployment.responder.log
