"""What the tests say and must never find where it does not belong: keys anywhere, and callers' words in a log or an error."""

import http.client
import json

# The keys of every test.
PROXY_KEY = "canary-proxy-key-3f9a"
OPENAI_KEY = "canary-openai-key-77c1"

# What stands for the words of all callers.
PROMPT = "canary-prompt-c41d"


def assert_no_key(data, place):
    """No key is in what was said there."""
    data = data.encode() if isinstance(data, str) else data
    for key in (PROXY_KEY, OPENAI_KEY):
        assert key.encode() not in data, f"a key is in {place}"


def assert_no_canary(data, place):
    """Neither a key nor a caller's words are there."""
    assert_no_key(data, place)
    data = data.encode() if isinstance(data, str) else data
    assert PROMPT.encode() not in data, f"a caller's words are in {place}"


def logs(directory):
    """What all processes have said that ran in a directory."""
    return "".join(path.read_text(errors="replace") for path in sorted(directory.glob("*.log")))


def sing(port):
    """Says the prompt on every front of what listens there, in requests that are good, bad and refused upstream; none of the
    errors may repeat it. What does not answer, because a test has brought it down, is passed over.
    """
    message = [{"role": "user", "content": PROMPT}]
    failing = [{"role": "user", "content": f"[simulate status=500] {PROMPT}"}]
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
