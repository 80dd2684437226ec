"""Texts that the tests send and that must not leak: keys anywhere, and callers' content in a log or an error."""

import http.client
import json

# The keys of every test.
PROXY_KEY = "canary-proxy-key-3f9a"
OPENAI_KEY = "canary-openai-key-77c1"

# Stands for the content of all callers' messages.
PROMPT = "canary-prompt-c41d"


def assert_no_key(data, place):
    """Fails if the data contains a key."""
    data = data.encode() if isinstance(data, str) else data
    for key in (PROXY_KEY, OPENAI_KEY):
        assert key.encode() not in data, f"a key is in {place}"


def assert_no_canary(data, place):
    """Fails if the data contains a key or a caller's content."""
    assert_no_key(data, place)
    data = data.encode() if isinstance(data, str) else data
    assert PROMPT.encode() not in data, f"a caller's content is in {place}"


def logs(directory):
    """The logs of all processes that ran in a directory."""
    return "".join(path.read_text(errors="replace") for path in sorted(directory.glob("*.log")))


def sing(port):
    """Sends the prompt to both endpoints at this port, in requests that are valid, invalid and rejected upstream. None of the
    errors may repeat it. Endpoints that do not respond, because a test has stopped them, are skipped.
    """
    message = [{"role": "user", "content": PROMPT}]
    failing = [{"role": "user", "content": f"[simulate status=400] {PROMPT}"}]
    bodies = [
        {"prompt": PROMPT, "user": PROMPT, "metadata": {PROMPT: PROMPT}},
        {"messages": message, "stream": True},
        {"messages": failing},
        {"messages": PROMPT},
        {"messages": [{"role": "user", "content": {"x": PROMPT}}]},
        PROMPT,
        f'{{"prompt": "{PROMPT}" nonsense}}'.encode(),
    ]
    for path in ("/proxy", "/v1/chat/completions"):
        for body in bodies:
            for key in (PROXY_KEY, PROMPT):
                _say(port, path, body if isinstance(body, bytes) else json.dumps(body).encode(), key)


def _say(port, path, body, key):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", path, body, {"X-API-KEY": key, "Content-Type": "application/json"})
        reply = connection.getresponse()
        answer = reply.read()
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()
    assert_no_key(answer, f"a reply of {path}")
    if reply.status >= 400:
        assert_no_canary(answer, f"an error of {path}")
