"""The behaviours of a failing upstream: each act responds to one request, or fails to."""

import gzip
import json
import re
import time

from relay import chunk

# The body of every act that sends an HTML page.
PAGE = b"<html><body>It works!</body></html>"

EVENT_LIMIT = 100 << 20

ACTS = {}


def act(name):
    def register(function):
        ACTS[name] = function
        return function

    return register


# --- Connections that end --------------------------------------------------------------------------------------------


def beginnings(exchange):
    """The bytes sent before the connection ends, by the stage at which it ends."""
    reply = exchange.reply
    return {
        "before-head": b"",
        "in-head": reply.head[: len(reply.head) // 2],
        "after-head": reply.head,
        "in-body": reply.head + reply.framed_body[: len(reply.framed_body) * 2 // 3],
        "before-end": reply.wire[: -len(b"0\r\n\r\n")] if reply.streams else reply.wire[:-1],
    }


STAGES = ["before-head", "in-head", "after-head", "in-body", "before-end"]


def ending(stage, kind):
    def end(exchange):
        exchange.send(beginnings(exchange)[stage])
        if kind == "reset":
            # A reset discards sent bytes that the peer has not read yet, so give it time to read them.
            time.sleep(0.05)
            exchange.connection.reset()
        else:
            exchange.connection.close()

    return end


for stage in STAGES:
    for kind in ["close", "reset"]:
        act(f"{kind}-{stage}")(ending(stage, kind))


@act("reset-in-request")
def reset_in_request(exchange):
    exchange.connection.reset()


@act("close-after-reply")
def close_after_reply(exchange):
    exchange.send(exchange.reply.wire)
    exchange.connection.close()


@act("close-kept")
def close_kept(exchange):
    exchange.send(exchange.reply.wire)


# The next request on this connection gets no response.
close_kept.spoils_kept_connections = True


@act("more-than-said")
def more_than_said(exchange):
    exchange.send(exchange.reply.wire + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")


# --- Silence ---------------------------------------------------------------------------------------------------------


@act("hang")
def hang(exchange):
    exchange.body
    exchange.connection.wait_for_close()


@act("hang-in-head")
def hang_in_head(exchange):
    exchange.send(beginnings(exchange)["in-head"])
    exchange.connection.wait_for_close()


@act("hang-in-body")
def hang_in_body(exchange):
    exchange.send(beginnings(exchange)["in-body"])
    exchange.connection.wait_for_close()


@act("trickle")
def trickle(exchange):
    """Never silent for as long as IDLE_TIMEOUT, but takes longer than UPSTREAM_TIMEOUT in total."""
    wire = exchange.reply.wire
    start = len(exchange.reply.head) + 10
    exchange.send(wire[:start])
    for index in range(start, start + 24):
        time.sleep(0.2)
        exchange.send(wire[index : index + 1])
    exchange.send(wire[start + 24 :])


@act("hang-in-request")
def hang_in_request(exchange):
    # Well beyond the proxy's time limits.
    time.sleep(10)
    exchange.connection.socket.close()


# --- Refusals --------------------------------------------------------------------------------------------------------


def answer(exchange, status, *fields, body=b"", kind="application/json"):
    head = [f"HTTP/1.1 {status} x", f"Content-Type: {kind}", *fields, f"Content-Length: {len(body)}", "", ""]
    exchange.send("\r\n".join(head).encode() + body)


def refusing(status, *fields):
    def refuse(exchange):
        exchange.body
        error = {"message": f"refused with {status}", "type": "server_error", "param": None, "code": None}
        answer(exchange, status, *fields, body=json.dumps({"error": error}).encode())

    return refuse


for status in [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504]:
    act(f"status-{status}")(refusing(status))

act("busy")(refusing(503, "Retry-After: 2"))
act("limit-for-long")(refusing(429, "Retry-After: 90"))
for status in [301, 302, 307, 308]:
    act(f"redirect-{status}")(refusing(status, "Location: /v1/elsewhere"))


@act("page-503")
def page_503(exchange):
    exchange.body
    answer(exchange, 503, body=PAGE, kind="text/html")


# --- Unexpected forms ------------------------------------------------------------------------------------------------


@act("page")
def page(exchange):
    exchange.body
    answer(exchange, 200, body=PAGE, kind="text/html")


@act("text")
def text(exchange):
    exchange.reply.headers["content-type"] = "text/plain"
    exchange.send(exchange.reply.wire)


@act("untyped")
def untyped(exchange):
    del exchange.reply.headers["content-type"]
    exchange.send(exchange.reply.wire)


@act("garbage")
def garbage(exchange):
    exchange.body
    exchange.send(b"\x16\x03garbage, not HTTP\r\n\r\n")
    exchange.connection.close()


@act("long-head")
def long_head(exchange):
    exchange.body
    exchange.send(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: %s\r\n" % (b"x" * 1000) * 80 + b"\r\n")
    exchange.connection.wait_for_close()


@act("hints")
def hints(exchange):
    exchange.body
    for line in ["100 Continue", "102 Processing", "103 Early Hints\r\nLink: </style.css>"]:
        exchange.send(f"HTTP/1.1 {line}\r\n\r\n".encode())
    exchange.send(exchange.reply.wire)


@act("switch")
def switch(exchange):
    exchange.body
    exchange.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    exchange.connection.wait_for_close()


def send_chunked(exchange, body, *fields, trailers=b""):
    reply = exchange.reply
    reply.streams = True
    head = reply.head[:-2] + "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n"
    exchange.send(head + chunk(body) + b"0\r\n" + trailers + b"\r\n")


@act("gzip")
def gzipped(exchange):
    send_chunked(exchange, gzip.compress(exchange.reply.body), "Content-Encoding: gzip")


@act("broken-gzip")
def broken_gzip(exchange):
    send_chunked(exchange, b"this is not an archive", "Content-Encoding: gzip")


@act("trailers")
def trailers(exchange):
    send_chunked(exchange, exchange.reply.body, "Trailer: X-Sum", trailers=b"X-Sum: 1\r\nStatus: 500\r\n")


@act("bytewise")
def bytewise(exchange):
    """Splits at every byte: within a character, between CR and LF, within a chunk's length."""
    if exchange.reply.streams:
        exchange.reply.body = exchange.reply.body.replace(b"\n", b"\r\n")
        events = re.findall(rb".*?\r\n\r\n", exchange.reply.body, re.DOTALL)
        wire = exchange.reply.head + b"".join(chunk(event) for event in events) + b"0\r\n\r\n"
    else:
        wire = exchange.reply.wire
    for index in range(len(wire)):
        exchange.send(wire[index : index + 1])
        if index % 16 == 0:
            time.sleep(0.0005)


# --- Oversized numbers, headers and events ----------------------------------------------------------------------------

TOKENS = {"negative": b"-1", "huge": b"%d" % (2**63 - 1), "absurd": b"1e300"}


def counting(number):
    """Puts this number wherever upstream reports a token count."""

    def count(exchange):
        exchange.reply.body = re.sub(rb'("\w+_tokens": ?)\d+', lambda found: found[1] + number, exchange.reply.body)
        exchange.send(exchange.reply.wire)

    return count


for name, number in TOKENS.items():
    act(f"tokens-{name}")(counting(number))


@act("large-headers")
def large_headers(exchange):
    """Forwarded headers, each larger than a web server's buffer for a whole response head."""
    for name in ["x-request-id", "openai-model", "x-ratelimit-limit-requests"]:
        exchange.reply.headers[name] = "v" * 6000
    exchange.send(exchange.reply.wire)


@act("many-headers")
def many_headers(exchange):
    exchange.reply.headers |= {f"x-ratelimit-limit-number-{number}": f"{number}" for number in range(200)}
    exchange.send(exchange.reply.wire)


# Errors of this size are too large to be searched for keys; events of this size are forwarded.
LARGE = b"x" * (2 << 20)


@act("large-error")
def large_error(exchange):
    exchange.body
    answer(exchange, 400, body=b'{"error":{"message":"%s"}}' % LARGE)


@act("large-event")
def large_event(exchange):
    *others, last = events_of(exchange)
    last = last.replace(b'"response":{', b'"response":{"filler":"%s",' % LARGE)
    send_chunked(exchange, b"".join(others) + last)


# --- Environment ------------------------------------------------------------------------------------------------------


def meanwhile(happens):
    """An act that calls `happens` before a whole response, or in the middle of a stream."""

    def answer(exchange):
        wire = exchange.reply.wire
        place = len(wire) // 2 if exchange.reply.streams else 0
        exchange.send(wire[:place])
        happens()
        exchange.send(wire[place:])

    return answer


# --- Streams ---------------------------------------------------------------------------------------------------------


def events_of(exchange):
    return re.findall(rb".*?\n\n", exchange.reply.body, re.DOTALL)


@act("no-end")
def no_end(exchange):
    events = [event for event in events_of(exchange) if b"response.completed" not in event and b"[DONE]" not in event]
    exchange.reply.body = b"".join(events)
    exchange.send(exchange.reply.wire)


@act("two-ends")
def two_ends(exchange):
    exchange.reply.body += events_of(exchange)[-1]
    exchange.send(exchange.reply.wire)


@act("endless-line")
def endless_line(exchange):
    head, data = exchange.reply.head, b"x" * (1 << 20)
    exchange.send(head + chunk(b'event: response.created\ndata: {"type":"response.created","x":"'))
    for _ in range(EVENT_LIMIT >> 20):
        exchange.send(chunk(data))
    exchange.connection.wait_for_close()


FAILURE = b"event: response.failed\ndata: " + json.dumps(
    {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "no"}}}
).encode() + b"\n\n"


@act("large-error-within")
def large_error_within(exchange):
    events = events_of(exchange)
    failure = FAILURE.replace(b'"response": {', b'"response": {"filler": "%s", ' % LARGE)
    send_chunked(exchange, b"".join(events[: len(events) * 2 // 3]) + failure)


@act("error-first")
def error_first(exchange):
    exchange.reply.body = FAILURE
    exchange.send(exchange.reply.wire)


@act("error-within")
def error_within(exchange):
    events = events_of(exchange)
    exchange.reply.body = b"".join(events[: len(events) * 2 // 3]) + FAILURE
    exchange.send(exchange.reply.wire)
