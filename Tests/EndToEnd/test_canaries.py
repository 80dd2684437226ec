"""The searches for keys and callers' content find them: the one of every test, and one search over all outputs.

For the second, several callers write words of their own wherever a client can write something. Afterwards these words are
looked for in the responses that the other callers get, and in everything that operators see.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import canaries
from canaries import OPENAI_KEY, PROMPT, PROXY_KEY
from client import TIMEOUT, Client
from processes import ENVIRONMENT, remove, temporary_directory, wait_until
from relay import Relay, Reply
from stack import Deployment, environment
from test_status_command import Terminal
from tokens import AUDIENCE, ISSUER, claims, compact, hs256
from upstream import Upstream

# --- The search of every test -----------------------------------------------------------------------------------------


@pytest.fixture
def deployment(binaries, simulator):
    return Deployment(binaries, environment(simulator.base, RETRIES="0"))


@pytest.mark.parametrize("secret", [PROXY_KEY, OPENAI_KEY, PROMPT])
def test_a_canary_in_a_log_is_found(deployment, secret):
    (deployment.directory / "gpt-proxy.log").open("a").write(f"a line with {secret} in it\n")
    with pytest.raises(AssertionError, match="a log"):
        deployment.stop()


@pytest.mark.parametrize("secret", [PROXY_KEY, OPENAI_KEY])
def test_a_key_in_a_response_is_found(deploy, secret):
    upstream = Upstream()
    try:
        upstream.says({"id": "r", "object": "response", "output": [], "text": secret})
        client = Client(deploy(OPENAI_BASE=upstream.base, RETRIES="0").nginx.port)
        with pytest.raises(AssertionError, match="a reply"):
            client.post({"prompt": "hi"})
        upstream.says({"id": "r", "object": "response", "output": []})
    finally:
        upstream.stop()


def test_callers_content_reaches_upstream_but_no_log(deploy, simulator):
    deployment = deploy(LOG_LEVEL="trace", RETRIES="0")
    canaries.sing(deployment.nginx.port)
    assert sum(PROMPT in request["body"] for request in simulator.requests) == 5
    assert PROMPT not in canaries.logs(deployment.directory)


# --- Words, and the search for them -----------------------------------------------------------------------------------

# A word is hexadecimal digits that begin like this: the same in every form of text, short enough for names, quickly found.
WORD = re.compile(rb"c0ffee[0-9a-f]{14}")
ESCAPE = re.compile(rb"\\+u00([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{2});")


def word_of(owner, kind):
    """A word that stands for nothing else."""
    return "c0ffee" + hashlib.sha256(f"{owner} {kind}".encode()).hexdigest()[:14]


def views(data):
    """The data as it is, without escape sequences (JSON, URLs, HTML), and decoded wherever it may be hexadecimal or base64."""
    plain = data
    for _ in range(2):
        plain = ESCAPE.sub(lambda match: bytes([int(match[1] or match[2] or match[3], 16)]), plain)
    found = [data, plain]
    for digits in re.findall(rb"[0-9A-Fa-f]{24,}", plain):
        found += [bytes.fromhex(digits[shift : shift + (len(digits) - shift) // 2 * 2].decode()) for shift in range(2)]
    for digits in re.findall(rb"[A-Za-z0-9+/_-]{16,}", plain):
        digits = digits.translate(bytes.maketrans(b"-_", b"+/"))
        found += [base64.b64decode(digits[shift:] + b"AAA"[: -len(digits[shift:]) % 4]) for shift in range(4)]
    return b"\n".join(found).lower()


class Search:
    """Finds words and secrets in upper and lower case and in every encoding. Secrets are also found by any 24 of their
    characters in a row, and by their digests."""

    def __init__(self):
        self.words, self.secrets = {}, {}

    def add(self, owner, kind):
        word = word_of(owner, kind)
        self.words[word.encode()] = (owner, kind)
        return word

    def add_secret(self, owner, kind, secret):
        parts = [secret[start : start + 16] for start in range(0, max(1, len(secret) - 15), 8)]
        for part in [*parts, secret[-16:], hashlib.sha256(secret.encode()).hexdigest()]:
            self.secrets[part.lower().encode()] = (owner, kind)

    def __call__(self, data):
        """What is in the data, as pairs of an owner and a kind."""
        seen = views(data)
        words = {self.words[word] for word in set(WORD.findall(seen)) if word in self.words}
        return words | {secret for part, secret in self.secrets.items() if part in seen}


ENCODINGS = {
    "as it is": lambda word: word,
    "upper case": bytes.upper,
    "hexadecimal": lambda word: word.hex().encode(),
    "upper case hexadecimal": lambda word: word.hex().upper().encode(),
    "hexadecimal after another digit": lambda word: b"0" + word.hex().encode(),
    **{f"base64 after {n} bytes": lambda word, n=n: base64.b64encode(b"xyz"[:n] + word) for n in range(3)},
    "base64 for URLs": lambda word: base64.urlsafe_b64encode(b"???>>>" + word).rstrip(b"="),
    "percent-encoded": lambda word: b"".join(b"%%%02X" % byte for byte in word),
    "percent-encoded twice": lambda word: b"".join(b"%%25%02x" % byte for byte in word),
    "escaped in JSON": lambda word: b"".join(b"\\u%04x" % byte for byte in word),
    "escaped in JSON in JSON": lambda word: b"".join(b"\\\\u%04X" % byte for byte in word),
    "one letter escaped": lambda word: word[:7] + b"\\u00%02x" % word[7] + word[8:],
    "escaped in HTML": lambda word: b"".join(b"&#x%02x;" % byte for byte in word),
    "base64, percent-encoded": lambda word: base64.b64encode(word).replace(b"=", b"%3D").replace(b"j", b"%6A"),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_the_search_finds_a_word_and_a_secret_in_every_encoding(encode):
    search = Search()
    word = search.add("ann", "prompt").encode()
    search.add_secret("ann", "key", "gpk_0123456789abcdefghij")
    for beginning, end in ((b"", b""), (b'{"text": "', b'"}'), (b"\0\0\0", b"\0")):
        assert search(beginning + encode(word) + end) == {("ann", "prompt")}
        assert search(beginning + encode(b"gpk_0123456789abcdefghij") + end) == {("ann", "key")}
        assert search(beginning + encode(word[:-1] + b"-") + end) == set()


def test_the_search_finds_a_part_of_a_secret_and_its_digest():
    search = Search()
    secret = "gpk_" + hashlib.sha256(b"any").hexdigest()
    search.add_secret("ann", "key", secret)
    digest = hashlib.sha256(secret.encode())
    for data in (secret[:24], secret[11:35], secret[-24:], digest.hexdigest(), digest.hexdigest().upper()):
        assert search(f"({data})".encode()) == {("ann", "key")}


# --- An upstream that stores and repeats ------------------------------------------------------------------------------


def json_reply(value, status=200):
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode(), False)


def failure(quote, **fields):
    """OpenAI's error object, with the quote in all fields that are not given."""
    return {"message": quote, **dict.fromkeys(("type", "param", "code"), quote[:300]), **fields}


def error(status, quote, **fields):
    """A response with an error."""
    return json_reply({"error": failure(quote, **fields)}, status).wire


def page(status, text, **headers):
    return Reply(status, {"Content-Type": "text/html", **headers}, f"<html>{text}</html>".encode(), False).wire


def events(*objects):
    body = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in objects).encode()
    return Reply(200, {"Content-Type": "text/event-stream"}, body, True).wire


MESSAGE = {"id": "m", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
USAGE = {"input_tokens": 1, "output_tokens": 1}
CREATED = {"type": "response.created", "response": {"id": "r", "status": "in_progress"}}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": MESSAGE}
DELTA = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m", "delta": "so far"}


def failed(quote):
    return {"type": "response.failed", "response": {"id": "r", "status": "failed", "error": failure(quote)}}


def one_line(quote):
    return quote.replace("\n", " ")[:1000]


def without_credentials(quote):
    """The quote without the operator's headers: only errors are redacted, and what is stored is in other responses too."""
    return re.sub("(?m)^(authorization|openai-).*", "", quote)


def after(name, quote):
    """The first string after a member's name."""
    text = re.search(rf'"{name}": ?\{{?"(\w+)"', quote)
    return text[1] if text else "none"


# What the upstream says if a request asks for it with "quote-" and one of these words.
QUOTES = {
    "refused": lambda quote: error(400, quote),
    "missing": lambda quote: error(404, quote, param="model", code="model_not_found"),
    "limited": lambda quote: error(429, quote, type="tokens", code="rate_limit_exceeded"),
    "denied": lambda quote: error(401, quote, code="invalid_api_key"),
    "broken": lambda quote: error(500, quote, type="server_error"),
    "page": lambda quote: page(503, quote),
    "moved": lambda quote: page(307, quote, Location=f"/{one_line(quote)}"),
    "text": lambda quote: page(200, without_credentials(quote)),
    "event": lambda quote: events(CREATED, ADDED, DELTA, {"type": "error", "error": failure(quote)}),
    "failed": lambda quote: events(CREATED, ADDED, DELTA, failed(quote)),
    "early": lambda quote: events(CREATED, failed(quote)),
    "nonsense": lambda quote: quote.encode(),
    "head": lambda quote: f"HTTP/1.1 200 OK\r\nX-{one_line(quote)}: {one_line(quote)}\r\n\r\n".encode(),
    "cut": lambda quote: json_reply([quote, quote]).wire[: -len(quote)],
    "tier": lambda quote: json_reply({"object": "x", "service_tier": after("service_tier", quote), "usage": USAGE}).wire,
    # Last, because from then on the parameter is left out.
    "parameter": lambda quote: error(400, quote, param=f"metadata.{after('metadata', quote)}", code="unknown_parameter"),
}


def references(path, text):
    """The ids by which a request refers to what is stored, where the Responses API looks them up."""
    yield from path.partition("?")[0].split("/")
    if not path.startswith("/v1/responses"):
        return
    with contextlib.suppress(ValueError):
        body = json.loads(text)
        conversation = body.get("conversation")
        yield str(body.get("previous_response_id"))
        yield str(conversation.get("id") if isinstance(conversation, dict) else conversation)
        # The types of items that are looked up, unless they have this member.
        content = {None: "content", "item_reference": "", "reasoning": "encrypted_content", "image_generation_call": "result"}
        for item in body["input"] if isinstance(body.get("input"), list) else []:
            if item.get("type") in content and not item.get(content[item.get("type")]):
                yield str(item.get("id"))


class Remembering:
    """The simulator, with what is dangerous in an upstream: it knows only the operator, returns a stored object to any caller who
    names its id, and quotes whole requests that ask for it. It records all requests."""

    def __init__(self, simulator_base, search):
        # It is the table of acts too: it has one act for every path.
        self.relay = Relay(simulator_base, self)
        self.search, self.received, self.stored = search, [], {}

    def get(self, _):
        return self.answer

    def answer(self, exchange):
        request, body = exchange.request, exchange.body.decode(errors="replace")
        fields = "".join(f"{name}: {value}\n" for name, value in request.fields.items())
        quote = f"{request.method} {request.path}\n{fields}\n{body}"
        self.received.append(quote)
        if asked := re.search(f"quote-({'|'.join(QUOTES)})", quote):
            exchange.send(QUOTES[asked[1]](quote))
            exchange.connection.close()
        elif "[simulate" in body:
            exchange.pass_on()
        elif known := [self.stored[id] for id in references(request.path, body) if id in self.stored]:
            text = {"type": "output_text", "text": "\n".join(known), "annotations": []}
            output = [{**MESSAGE, "status": "completed", "content": [text]}]
            response = {"id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5", "output": output}
            exchange.send(json_reply(response).wire)
        else:
            exchange.send(self.store(self.reply(exchange, quote), quote).wire)

    def reply(self, exchange, quote):
        """The simulator's response, or that of an endpoint that the simulator lacks."""
        match exchange.request.path:
            case "/v1/conversations":
                return json_reply({"id": "conv_" + 50 * "0", "object": "conversation", "created_at": 1, "metadata": {}})
            case "/v1/files" | "/v1/images/edits":
                return json_reply({"object": "file", "text": without_credentials(quote)})
        return exchange.reply

    def store(self, reply, quote):
        """Stores the request. Each id in the response contains a word of the caller whose words are in the request."""
        words = [self.search.words[word] for word in WORD.findall(quote.encode()) if word in self.search.words]
        owner = next((owner for owner, kind in words if owner != "operator" and kind != "id of a stored object"), None)
        if owner:
            word = self.search.add(owner, "id of a stored object").encode()
            reply.body = re.sub(rb"\b(resp|msg|rs|fc|conv)_[0-9a-f]{20}([0-9a-f]{30})\b", rb"\1_" + word + rb"\2", reply.body)
            for id in set(re.findall(rb"\b[a-z]+_" + word + rb"[0-9a-f]{30}\b", reply.body)):
                self.stored.setdefault(id.decode(), without_credentials(quote))
        return reply


# --- Callers, who write words of their own everywhere -----------------------------------------------------------------


class Caller:
    """A caller with its credentials, and everything that it has sent and got. Called with a kind, it gives its word."""

    def __init__(self, name, search, headers=None):
        self.name, self.search, self.headers = name, search, headers or {}
        self.exchanges = []

    def __call__(self, kind):
        return self.search.add(self.name, kind)

    def send(self, port, method, path, body=None, headers=None, kind="application/json"):
        """Sends a request, whose body is bytes or a value for JSON; returns the response's body."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields = {**self.headers, **(headers or {})} | ({"Content-Type": kind} if body is not None else {})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, fields)
            reply = connection.getresponse()
            try:
                got = reply.read()
            except http.client.IncompleteRead as incomplete:
                got = incomplete.partial
        finally:
            connection.close()
        self.exchanges.append((f"{method} {path} {fields} ".encode() + (body or b""), str(reply.headers).encode() + got))
        return got

    @contextlib.contextmanager
    def live(self, port):
        """Keeps a stream open."""
        body = json.dumps(chat(self, "[simulate stall=6]", stream=True))
        fields = {**self.headers, **headers(self), "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        connection.request("POST", "/proxy", body, fields)
        with contextlib.closing(connection), connection.getresponse() as reply:
            assert reply.status == 200
            yield

    def gained(self):
        """For each response, the request and what is in the response alone: pairs of an owner and a kind."""
        for sent, got in self.exchanges:
            if found := self.search(got):
                yield sent.decode(errors="replace"), found - self.search(sent)


def headers(own):
    return {
        "X-Request-Id": own("request id"),
        "X-Client-Request-Id": own("client request id"),
        "traceparent": f"00-{own('trace id')}000000000000-00f067aa0ba902b7-01",
        "tracestate": f"a={own('trace state')}",
        "Idempotency-Key": own("idempotency key"),
        "User-Agent": own("user agent"),
        "Cookie": f"session={own('cookie')}",
        "Referer": address(own),
        "Origin": f"https://{own('origin')}.example.com",
        "X-Forwarded-For": own("forwarded for"),
        "OpenAI-Organization": own("organization"),
        "OpenAI-Project": own("project"),
        "Accept": f"application/json, text/{own('accept')}",
        "Proxy": f"http://{own('proxy')}",
        f"X-{own('header name')}": own("header value"),
    }


def address(own):
    return f"https://user:{own('password in a URL')}@example.com/{own('path of a URL')}?{own('query of a URL')}"


def data_url(kind, content):
    return f"data:{kind};base64," + base64.b64encode(content).decode()


def image(own):
    return b"\x89PNG\r\n\x1a\n" + own("image").encode()


def schema(own):
    return {"type": "object", "properties": {own("property"): {"type": "string", "description": own("description")}}}


def prompt(own, directive):
    return f'{directive} "{own("prompt")}" <b>\n\u00fc'


def common(own):
    return {
        "model": own("model"),
        "user": own("user"),
        "safety_identifier": own("safety identifier"),
        "prompt_cache_key": own("prompt cache key"),
        "metadata": {own("metadata name"): own("metadata value")},
    }


def chat(own, directive, **fields):
    call = {"name": f"f_{own('tool')}", "arguments": json.dumps({own("argument name"): own("argument")})}
    file = {"filename": own("file name"), "file_data": data_url("text/plain", own("file").encode())}
    function = {"name": f"f_{own('tool')}", "description": own("tool description"), "parameters": schema(own)}
    content = [
        {"type": "text", "text": own("earlier prompt")},
        {"type": "image_url", "image_url": {"url": address(own)}},
        {"type": "image_url", "image_url": {"url": data_url("image/png", image(own))}},
        {"type": "file", "file": file},
    ]
    return {
        **common(own),
        "messages": [
            {"role": "system", "content": own("system message")},
            {"role": "user", "name": own("speaker"), "content": content},
            {"role": "assistant", "tool_calls": [{"id": own("call id"), "type": "function", "function": call}]},
            {"role": "tool", "tool_call_id": own("call id"), "content": own("tool result")},
            {"role": "user", "content": prompt(own, directive)},
        ],
        "tools": [{"type": "function", "function": function}],
        "response_format": {"type": "json_schema", "json_schema": {"name": own("schema"), "schema": schema(own)}},
        "stop": [own("stop sequence")],
        "prediction": {"type": "content", "content": own("prediction")},
        own("field"): own("field value"),
        **fields,
    }


def response(own, directive, **fields):
    content = [
        {"type": "input_image", "image_url": data_url("image/png", image(own))},
        {"type": "input_file", "filename": own("file name"), "file_data": data_url("text/plain", own("file").encode())},
        {"type": "input_text", "text": prompt(own, directive)},
    ]
    return {
        **common(own),
        "instructions": own("instructions"),
        "input": [{"role": "user", "content": content}],
        "tools": [{"type": "function", "name": f"f_{own('tool')}", "parameters": schema(own), "strict": False}],
        "text": {"format": {"type": "json_schema", "name": own("schema"), "schema": schema(own)}},
        **fields,
    }


def completion(own, directive, **fields):
    return {**common(own), "prompt": prompt(own, directive), own("field"): own("field value"), **fields}


BODIES = {"/proxy": chat, "/v1/chat/completions": chat, "/v1/responses": response, "/v1/completions": completion}


def requests(own):
    """Requests for all routes, with the caller's words everywhere: method, path, body, and other arguments of `send`."""
    simulated = ["", f"[simulate call=f text={json.dumps({own('argument name'): own('argument')})}]", "[simulate cut=3]"]
    for directive in simulated + [f"quote-{name}" for name in QUOTES]:
        for path, body in BODIES.items():
            for streams in (False, True):
                yield "POST", path, body(own, directive, stream=streams), {}
    query = f"?{own('query name')}={own('query value')}"
    for path in ("embeddings", "moderations", "responses/input_tokens", "responses/compact"):
        for directive in ("", "quote-refused ", "quote-nonsense "):
            yield "POST", f"/v1/{path}{query}", {**common(own), "input": directive + own("prompt")}, {}
    part = f'--{own("boundary")}\r\nContent-Disposition: form-data; name="file"; filename="{own("file name")}"\r\n\r\n'
    upload = part.encode() + image(own) + f"\r\n--{own('boundary')}--\r\n".encode()
    for path in ("/v1/files", "/v1/images/edits"):
        for directive in (b"", b"quote-broken"):
            yield "POST", path, directive + upload, {"kind": f"multipart/form-data; boundary={own('boundary')}"}
    items = [{"role": "user", "content": prompt(own, "")}]
    yield "POST", "/v1/conversations", {"items": items, "metadata": {"a": own("metadata value")}}, {}
    for path in (
        f"/{own('path')}{query}",
        f"/v1/files/{own('long segment')}{own('long segment')}",
        f"/v1/responses/resp_{own('invented id')}{own('invented id')}/input_items{query}",
        f"/v1/conversations/{own('invented id')}",
        f"/v1/models/{own('requested model')}{query}",
        f"/v1/embeddings{query}quote-refused",
        f"/healthz{query}&upstream=1",
        f"/authz{query}",
        f"/v1/chat/completions{query}",
    ):
        yield "GET", path, None, {}
    yield from mistakes(own)


def mistakes(own):
    """Requests that are rejected here, or by the rules of upstream."""
    for path in ("/proxy", "/v1/chat/completions", "/v1/responses"):
        name = "input" if path == "/v1/responses" else "messages"
        value = BODIES[path](own, "")[name]
        for wrong in (
            {"model": 20 * own("long model")},
            {"model": {own("field"): own("wrong type")}},
            {"model": own("control character") + "\u0007"},
            {"model": own("unknown model"), name: [{"role": "user", "content": "quote-missing"}]},
            {name: {own("field"): own("wrong type")}},
            {name: [{"role": own("role"), "content": own("prompt")}]},
            {name: [{"role": "user", "content": [{"type": own("type"), own("field"): own("field value")}]}]},
            {"tools": [{"type": own("type"), own("field"): own("field value")}], "tool_choice": own("tool choice")},
            {"stream": own("wrong type"), "n": own("wrong type"), "stop": {own("field"): own("wrong type")}},
            {"stream_options": {own("option"): own("option value")}},
            {"service_tier": own("service tier"), name: [{"role": "user", "content": "quote-tier"}]},
            {"reasoning_effort": own("effort")},
            {"reasoning": {"effort": own("effort"), own("option"): own("option value")}},
            {"previous_response_id": own("invented id")},
            {"conversation": {"id": own("invented id")}},
            {own("unknown field"): own("field value")},
        ):
            yield "POST", path, {"model": "gpt-5", name: value, **wrong}, {}
        yield "POST", path, f'{{"{name}": "{own("prompt")}" {own("bad JSON")}'.encode(), {}
        yield "POST", path, f'{{"{own("field")}": 1, "{own("field")}": 2}}'.encode(), {}
        yield "POST", path, own("bad JSON").encode(), {"kind": f"text/plain; x={own('content type')}"}
        for fields in (
            {"x-gpt-proxy-explain": "1"},
            {"x-gpt-proxy-explain": own("diagnosis")},
            {"x-gpt-proxy-check": own("diagnosis")},
            {"X-API-KEY": own("wrong key"), "Authorization": f"Bearer {own('wrong key')}"},
        ):
            yield "POST", path, BODIES[path](own, ""), {"headers": fields}


def plain_requests():
    """Requests for all routes, with nothing that belongs to a caller."""
    body = {"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]}
    for streams in (False, True):
        yield "POST", "/proxy", {**body, "stream": streams}
        yield "POST", "/v1/chat/completions", {**body, "stream": streams}
        yield "POST", "/v1/completions", {"model": "gpt-5", "prompt": "hi", "stream": streams}
        yield "POST", "/v1/responses", {"model": "gpt-5", "input": "hi", "stream": streams}
    for path in ("embeddings", "moderations", "responses/input_tokens", "responses/compact"):
        yield "POST", f"/v1/{path}", {"model": "gpt-5", "input": "hi"}
    for path in ("v1/models", "v1/models/gpt-5", "v1/responses", "v1/conversations", "healthz?upstream=1", "authz", "x"):
        yield "GET", f"/{path}", None
    yield "POST", "/v1/chat/completions", b"{"


def attempts(id):
    """Requests that name an object which another caller has stored."""
    for path in (f"/v1/responses/{id}", f"/v1/conversations/{id}", f"/v1/responses/%72{id[1:]}"):
        yield "GET", path, None
        yield "GET", f"{path}/{'input_items' if 'responses' in path else 'items'}?after={id}", None
        yield "DELETE", path, None
    yield "POST", f"/v1/responses/{id}/cancel", b""
    yield "POST", f"/v1/conversations/{id}/items", {"items": [{"role": "user", "content": "hi"}]}
    for path in ("/v1/responses", "/proxy", "/v1/chat/completions"):
        for named in (
            {"previous_response_id": id},
            {"conversation": id},
            {"conversation": {"id": id}},
            {"input": [{"type": "item_reference", "id": id}]},
            {"input": [{"id": id}]},
            {"input": [{"type": "reasoning", "id": id, "summary": []}]},
            {"input": [{"type": "image_generation_call", "id": id}]},
        ):
            given = {"input": "hi"} if path == "/v1/responses" else {"messages": [{"role": "user", "content": "hi"}]}
            yield "POST", path, {"model": "gpt-5", **given, **named}


# --- The search over all outputs --------------------------------------------------------------------------------------

# Callers who can be told apart, and two people who share a key in another deployment.
APART, SHARING = ("ann", "bob", "cyd", "dan", "eve"), ("gus", "hal")


class World:
    """Deployments, their callers, and everything that they put out."""

    def __init__(self, binaries, simulator):
        self.binaries, self.search, self.outputs = binaries, Search(), {}
        self.ends = contextlib.ExitStack()
        self.directory = temporary_directory()
        self.ends.callback(remove, self.directory)
        self.state = self.directory / "state"
        self.state.mkdir()
        self.upstream = Remembering(simulator.base, self.search)
        self.ends.callback(self.upstream.relay.stop)
        self.secret = 2 * self.search.add("operator", "JWT_SECRET")
        self.search.add_secret("operator", "OPENAI_API_KEY", OPENAI_KEY)
        self.search.add_secret("eve", "key", PROXY_KEY)
        self.callers = [
            self.key_holder("ann", "--explain"),
            self.key_holder("bob", "--target", "chat"),
            self.key_holder("cyd", "--models", f"gpt-5,{self.search.add('cyd', 'model')}"),
            self.token_holder("dan"),
            Caller("eve", self.search, {"X-API-KEY": PROXY_KEY}),
        ]
        self.sharers = [Caller(name, self.search, {"Authorization": f"Bearer {PROXY_KEY}"}) for name in SHARING]
        apart = {
            "PROXY_KEYS_FILE": str(self.directory / "keys"),
            "JWT_SECRET": self.secret,
            "JWT_ISSUER": ISSUER,
            "JWT_AUDIENCE": AUDIENCE,
            "STATE_DIR": str(self.state),
        }
        self.deployments = {
            "json": self.deploy(LOG_FORMAT="json", LOG_LEVEL="trace", **apart),
            "text": self.deploy(LOG_FORMAT="text", LOG_LEVEL="debug", **apart),
            "forward": self.deploy(UNSUPPORTED_PARAMS="forward", **apart),
            "shared key": self.deploy(),
        }

    @property
    def settings(self):
        return environment(
            self.upstream.relay.base,
            OPENAI_ORGANIZATION=f"org-{self.search.add('operator', 'OPENAI_ORGANIZATION')}",
            OPENAI_PROJECT=f"proj_{self.search.add('operator', 'OPENAI_PROJECT')}",
            PASSTHROUGH="embeddings,moderations,responses/*,conversations,conversations/*,files,images/edits",
            STATUS_PATH="/status",
            RETRIES="0",
        )

    def deploy(self, **settings):
        deployment = Deployment(self.binaries, {**self.settings, **settings})
        self.ends.callback(deployment.stop)
        return deployment

    def run(self, *arguments, **settings):
        """Runs gpt-proxy; returns its output."""
        ended = subprocess.run(
            [self.binaries / "gpt-proxy", *arguments],
            cwd=self.directory,
            env={**ENVIRONMENT, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        return ended.stdout + ended.stderr

    def key_holder(self, name, *options):
        caller = Caller(name, self.search)
        said = self.run("key", "new", caller("label"), "--add", "--file", self.directory / "keys", *options)
        caller.headers["X-API-KEY"] = said.split()[0].decode()
        self.search.add_secret(name, "key", caller.headers["X-API-KEY"])
        return caller

    def token_holder(self, name):
        caller = Caller(name, self.search)
        payload = claims(sub=caller("label"), email=caller("claim"), jti=caller("claim"), **{caller("claim"): 1})
        header = {"alg": "HS256", "kid": caller("key id")}
        token = compact(header, payload, lambda message: hs256(self.secret.encode(), message))
        caller.headers["Authorization"] = f"Bearer {token}"
        self.search.add_secret(name, "token", token.rsplit(".", 1)[1])
        return caller

    def port(self, name):
        return self.deployments[name].nginx.port

    # The requests.

    def act(self):
        """All callers send their requests at once. Then each tries to get something of another's."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.send_words, self.callers + self.sharers))
            list(pool.map(self.look_for_others, self.callers + self.sharers))

    def ports(self, caller):
        return [self.port("shared key")] if caller in self.sharers else [self.port("json"), self.port("text")]

    def send_words(self, caller):
        ports = self.ports(caller)
        for number, (method, path, body, options) in enumerate(requests(caller)):
            fields = {**headers(caller), **options.pop("headers", {})}
            caller.send(ports[number % len(ports)], method, path, body, fields, **options)

    def look_for_others(self, caller):
        for number, (method, path, body) in enumerate(plain_requests()):
            caller.send(self.ports(caller)[number % len(self.ports(caller))], method, path, body, {"Idempotency-Key": "same"})
        if caller in self.sharers:
            return
        own = self.ids(caller)[0]
        caller.send(self.port("text"), "GET", f"/v1/responses/{own}")
        caller.send(self.port("text"), "POST", "/v1/responses", {"model": "gpt-5", "previous_response_id": own, "input": "hi"})
        for id in self.ids(self.callers[self.callers.index(caller) - 1]):
            for method, path, body in attempts(id):
                caller.send(self.port("json"), method, path, body)
                if path in ("/proxy", "/v1/chat/completions"):
                    caller.send(self.port("forward"), method, path, body)

    def ids(self, caller):
        """Ids of what a caller has stored: as the caller got them, and without the code at their end, as upstream has them."""
        got = b"\n".join(got for _, got in list(caller.exchanges)).decode(errors="replace")
        word = word_of(caller.name, "id of a stored object")
        ids = [re.search(rf"\b({kind}_{word}[0-9a-f]{{30}})-[0-9a-f]{{32}}\b", got) for kind in ("resp", "conv")]
        return [*ids[0].group(0, 1), *(id[1] for id in ids[1:] if id)]

    # What operators see.

    def collect(self):
        """Collects all outputs by name; the first word of a name is a group of `SEEN`."""
        logs = [each.responder.process.log_file for each in self.deployments.values()]
        live = [(caller, port) for caller in self.callers + self.sharers for port in self.ports(caller)]
        with contextlib.ExitStack() as streams, ThreadPoolExecutor(8) as pool:
            for caller, port in live:
                streams.enter_context(caller.live(port))
            parts = [self.check, self.files, self.status, self.pages, self.screen]
            for part in pool.map(lambda collect: collect(), parts):
                self.outputs |= part

        def left():
            return sum("client_left" in line for path in logs for line in path.read_text().splitlines())

        assert wait_until(lambda: left() >= len(live))
        for name, each in self.deployments.items():
            self.outputs[f"log, {name}"] = each.responder.log.encode()
            for path in each.directory.glob("nginx*.log"):
                self.outputs[f"nginx, {name}: {path.name}"] = path.read_bytes()
        by = ["--by", "caller,model,day,route,status,error"]
        for form in ([], ["--csv"], ["--json"], ["--html"]):
            self.outputs[f"report {form}"] = self.run("report", *form, *by, *logs)
        self.outputs["keys"] = self.run("key", "list", "--file", self.directory / "keys")

    def check(self):
        options = ["--upstream", "--socket", f"unix:{self.deployments['json'].responder.socket}"]
        options += ["--through", f"http://127.0.0.1:{self.port('json')}/v1"]
        return {"check": self.run("check", *options, **self.settings)}

    def files(self):
        """The files by which the processes share their counters, once the live streams are in them."""

        def read():
            return {path.name: re.sub(rb"\0+", b"\0", path.read_bytes()) for path in self.state.glob("*.scoreboard")}

        live = {(name, "request id") for name in APART}
        assert wait_until(lambda: sum(live <= self.search(data) for data in read().values()) == 2, interval=0.2)
        return {f"files: {name}": data for name, data in read().items()}

    def status(self):
        options = [[], ["--full"], ["--json"], ["--json", "--full"]]
        return {f"status {each}": self.run("status", "--state-dir", self.state, *each) for each in options}

    def pages(self):
        pages = {}
        for name in ("json", "shared key"):
            for query in ("", "?full", "?json", "?json&full", "?html", "?openmetrics"):
                reply = Client(self.port(name)).get(f"/status{query}", headers={})
                pages[f"page {query}, {name}"] = str(reply.headers).encode() + reply.body
        return pages

    def screen(self):
        command = [self.binaries / "gpt-proxy", "status", "--state-dir", str(self.state)]
        terminal = Terminal(command, columns=250, lines=60)
        try:
            for name in APART[:4]:
                terminal.wait_for(word_of(name, "label"))
        finally:
            terminal.close()
        return {"screen": "\n".join([*terminal.lines, terminal.output]).encode()}


@pytest.fixture(scope="module")
def world(binaries, the_simulator):
    world = World(binaries, the_simulator)
    with world.ends:
        world.act()
        world.collect()
    return world


@pytest.fixture(scope="module")
def seen(world):
    """What is in the outputs: triples of an output's name, an owner and a kind."""
    return {(name, owner, kind) for name, data in world.outputs.items() for owner, kind in world.search(data)}


# What operators may see of callers, in which outputs, and why. No output may contain anything else.
EVERYWHERE = {"log", "report", "files", "status", "page", "screen", "keys"}
SEEN = {
    # The name that the operator gave the caller, or the subject of its token.
    "label": EVERYWHERE,
    # Requests are counted and priced by their models, and the line of a key lists the models that it may be used for.
    "model": EVERYWHERE,
    # A model that upstream does not know is not counted, but its caller may ask why it got an error.
    "unknown model": {"log", "report"},
    # These ids are made for finding a request in all logs, and live requests are listed with the first.
    "request id": {"log", "files", "status", "page"},
    "client request id": {"log"},
    "trace id": {"log"},
    # The price depends on the tier that upstream names, even if that is what the client has invented.
    "service tier": {"log"},
    # Names of parameters that were dropped; their values are not logged.
    "field": {"log"},
    "unknown field": {"log"},
    # The path of a request for no route shows a wrong base URL; segments that could be ids or keys are left out.
    "path": {"log", "report"},
    # Settings of the operator that are not secret.
    "OPENAI_ORGANIZATION": {"check"},
    "OPENAI_PROJECT": {"check"},
}
OUTPUTS = [*sorted(EVERYWHERE), "check", "nginx"]

# What upstream must have received from a caller. Otherwise, the search would look for words that were never sent.
SENT = {
    *("prompt", "earlier prompt", "system message", "instructions", "speaker", "image", "file", "file name", "boundary"),
    *("tool", "tool description", "argument name", "argument", "tool result", "call id", "schema", "property", "description"),
    *("user", "safety identifier", "prompt cache key", "metadata name", "metadata value", "prediction", "stop sequence"),
    *("model", "unknown model", "requested model", "query name", "query value", "client request id", "trace id"),
    *("password in a URL", "path of a URL", "query of a URL", "field", "field value", "role", "type", "tool choice"),
    *("option", "option value", "service tier", "effort", "accept", "unknown field", "trace state"),
}


@pytest.mark.parametrize("name", APART + SHARING)
def test_no_caller_gets_anything_of_another_or_of_the_operator(world, name):
    (caller,) = [caller for caller in world.callers + world.sharers if caller.name == name]
    leaks = [
        f"{sorted(foreign)} in the response to {request.partition(' {')[0]} … {request[-160:]}"
        for request, gained in caller.gained()
        if (foreign := {(owner, kind) for owner, kind in gained if owner != name})
    ]
    assert not leaks, "\n".join([f"{len(leaks)} responses", *leaks])


@pytest.mark.parametrize("output", OUTPUTS)
def test_operators_see_only_what_is_listed(seen, output):
    unlisted = sorted(each for each in seen if each[0].startswith(output) and output not in SEEN.get(each[2], ()))
    assert not unlisted, "\n".join(map(str, unlisted))


@pytest.mark.parametrize("kind", SEEN)
def test_what_is_listed_is_found_in_its_outputs(seen, kind):
    found = {name.split()[0].strip(",:") for name, _, each in seen if each == kind}
    assert found == SEEN[kind]


def test_upstream_gets_callers_words_but_no_key_of_theirs(world):
    got = world.search("\n".join(world.upstream.received).encode())
    assert SENT <= {kind for _, kind in got}
    assert not {(owner, kind) for owner, kind in got if kind in ("key", "token", "claim", "label", "cookie", "wrong key")}


@pytest.mark.parametrize("name", APART)
def test_the_search_finds_what_a_caller_gets_of_its_own(world, name):
    (caller,) = [caller for caller in world.callers if caller.name == name]
    gained = [each for request, each in caller.gained() if request.startswith("GET /v1/responses/resp_c0ffee")]
    assert any({(name, "prompt"), (name, "metadata value")} <= each for each in gained)
