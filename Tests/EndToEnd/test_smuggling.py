"""FastCGI requests inside a body are not executed, at whatever offset they begin and however the body is rejected."""

import http.client

import fastcgi
from processes import wait_until
from stack import PROXY_KEY

# One offset for each byte of libfcgi's buffer, because a record may begin at any of them.
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
    """Bodies are rejected in every way: because of the key, the size, the route, the method and the content."""
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
        # The forged request is at the end of the body, so that only complete records would be left over.
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
