"""Observations of a server: each function tries something with it and describes the result in a few words.

README's table contains the expected words for each server, including undesirable results.
"""

import http.client
import json
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable

from client import ask
from processes import PATH, wait_until
from recipe import HEARTBEAT, SERVER_LIMIT
from stack import PROXY_KEY
from trickle import PROMPT, Trickle, slowest, upload_slowly

# The interval at which events leave upstream, and the time within which each must arrive, in milliseconds.
PACE = 100
ON_TIME = 50


@dataclass
class Observation:
    # The rows of the table that the observation fills.
    rows: tuple[str, ...]
    # Takes a site and the simulator; returns the words for the rows.
    observe: Callable
    # Whether it mostly waits, so that all servers are observed concurrently.
    waits: bool


OBSERVATIONS = []


def fills(*rows, waits=False):
    def register(observe):
        OBSERVATIONS.append(Observation(rows, observe, waits))
        return observe

    return register


class Asked:
    """A unique text for one request, by which upstream's record of the request is found."""

    def __init__(self, simulator, directive=""):
        self.simulator = simulator
        self.mark = uuid.uuid4().hex
        self.text = f"{directive} {self.mark}"

    @property
    def record(self):
        found = [request for request in self.simulator.requests if self.mark in request["body"]]
        return found[0] if found else None

    @property
    def has_been_given_up(self):
        """Whether upstream has noticed that the request was cancelled."""
        return self.record["ending"] == "client closed"


def yes(condition):
    return "yes" if condition else "no"


@fills("a whole response")
def a_whole_reply(site, simulator):
    reply = site.client.ask("hi")
    chat = site.client.ask("hi", path="/v1/chat/completions")
    return [yes(reply.status == chat.status == 200 and "hi" in reply.text and chat.json["choices"])]


@fills("the largest response head")
def the_largest_head(site, simulator):
    def passes(stream):
        unknown = {f"{number:02}" + "unknown" * 10: 1 for number in range(20)}
        body = {**ask("[simulate limits=20] hi", model="m" * 100, stream=stream), **unknown}
        return site.client.post(body, path="/v1/chat/completions").status == 200

    return [yes(passes(stream=False) and passes(stream=True))]


@fills("each event of a stream arrives at once")
def each_event_at_once(site, simulator):
    def is_on_time():
        asked = Asked(simulator, f"[simulate pace={PACE}]")
        with site.client.stream(asked.text) as stream:
            # The wall clock, which upstream's record also uses.
            arrivals = [(time.time() * 1000, piece.data) for piece in stream.pieces()]
        begin = asked.record["time"]
        return all(
            data.count(b"\n\n") == 1 and data.endswith(b"\n\n") and arrived - begin - number * PACE < ON_TIME
            for number, (arrived, data) in enumerate(arrivals)
        )

    # A busy machine may delay some events; ten streams in a row are late only if the server buffers them.
    return [yes(any(is_on_time() for _ in range(10)))]


@fills("a body of 1 MB", "a body of 20 MB")
def large_bodies(site, simulator):
    def arrives(megabytes):
        asked = Asked(simulator)
        body = json.dumps({"model": "text-embedding-3-small", "input": asked.text + "x" * (megabytes << 20)}).encode()
        site.client.post(body, path="/v1/embeddings")
        return asked.record is not None and asked.record["body_size"] == len(body)

    return [yes(arrives(1)), yes(arrives(20))]


@fills("a request during 64 slow uploads")
def beside_slow_uploads(site, simulator):
    with Trickle(site.port, 32, PROXY_KEY), Trickle(site.port, 32, "wrong"):
        # Waits for the processes that some servers start for each upload.
        site.client.ask("hi")
        return ["served at once" if slowest(site.client) < PROMPT else "waits"]


@fills("an upload of 35 seconds", waits=True)
def a_slow_upload(site, simulator):
    body = json.dumps(ask("x" * 140_000)).encode()
    return [yes(upload_slowly(site.port, body, PROXY_KEY, seconds=35).startswith("HTTP/1.1 200"))]


@fills("a wrong key")
def a_wrong_key(site, simulator):
    asked = Asked(simulator)
    reply = site.client.post(ask(asked.text), headers={"X-API-KEY": "wrong"})
    assert asked.record is None
    return [str(reply.status)]


@fills("`X-API-KEY`", "`Authorization`")
def both_headers(site, simulator):
    headers = [{"X-API-KEY": PROXY_KEY}, {"Authorization": f"Bearer {PROXY_KEY}"}]
    return [yes(site.client.post(ask("hi"), headers=header).status == 200) for header in headers]


@fills("`GET`, `HEAD` and 405")
def methods(site, simulator):
    whole, head = (site.client.request(method, "/healthz") for method in ["GET", "HEAD"])
    wrong = site.client.get("/proxy")
    return [
        yes(
            (whole.status, head.status, wrong.status) == (200, 200, 405)
            and whole.json == {"status": "ok"}
            and head.body == b""
            and wrong.headers["Allow"] == "POST"
        )
    ]


@fills("mounted below a prefix", "settings for a prefix")
def prefixes(site, simulator):
    def path_asked(path):
        asked = Asked(simulator)
        site.client.ask(asked.text, path=path)
        return asked.record and asked.record["path"]

    return [yes(path_asked("/ai/proxy") == "/v1/responses"), yes(path_asked("/legacy/proxy") == "/v1/chat/completions")]


@fills("a status page of all processes")
def status_page(site, simulator):
    def accepted():
        reply = site.client.get("/status?json", headers={})
        return reply.json["accepted conn"] if reply.status == 200 else None

    def asked_at_once(count):
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: site.client.ask("[simulate delay=200]").status, range(count)))

    def agree(least):
        # All processes must report the same; each publishes its counters once a second.
        counts = {accepted() for _ in range(6)}
        return len(counts) == 1 and min(counts) >= least

    before = accepted()
    assert asked_at_once(4) == [200] * 4
    return [yes(before is not None and wait_until(lambda: agree(before + 4)))]


@fills("a client disconnects during a stream")
def leaving_within_a_stream(site, simulator):
    asked = Asked(simulator, "[simulate pace=100 deltas=1000]")
    stream = site.client.stream(asked.text)
    stream.read_until(b"output_text.delta")
    stream.close()
    noticed = wait_until(lambda: asked.has_been_given_up)
    return ["noticed" if noticed and asked.record["events_sent"] < 50 else "not noticed"]


@fills("a client disconnects from a silent stream", waits=True)
def leaving_a_silent_stream(site, simulator):
    def when():
        asked = Asked(simulator, "[simulate stall=3]")
        stream = site.client.stream(asked.text)
        # Disconnects just after a heartbeat, so that the next one is as far away as possible.
        stream.read_until(b"\n:")
        stream.close()
        left = time.monotonic()
        if not wait_until(lambda: asked.has_been_given_up):
            return "not noticed"
        return "noticed at once" if time.monotonic() - left < HEARTBEAT / 2 else "noticed by a heartbeat"

    return [min(when() for _ in range(2))]


@fills("a stream is silent longer than the server's time limit", waits=True)
def a_silent_stream(site, simulator):
    with site.client.stream(f"[simulate pace={(SERVER_LIMIT + 2) * 1000}]") as stream:
        try:
            stream.read_until(b"event: response.in_progress")
            return ["kept alive by heartbeats"]
        except (AssertionError, http.client.HTTPException, OSError):
            return ["cut off"]


@fills("no response within the server's time limit", waits=True)
def no_reply(site, simulator):
    connection = site.client.send("POST", "/proxy", ask("[simulate hang]"))
    connection.sock.settimeout(3 * SERVER_LIMIT)
    try:
        return [str(connection.getresponse().status)]
    except TimeoutError:
        return ["keeps waiting"]
    except (http.client.HTTPException, OSError):
        return ["cut off"]
    finally:
        connection.close()


@fills("a stream whose process is killed", "the next request")
def killed(site, simulator):
    with site.client.stream("[simulate pace=100 deltas=1000]") as stream:
        begin = stream.read_until(b"output_text.delta")
        site.kill_responders()
        end = how_it_ends(stream, begin)
    site.revive()
    return [end, "served" if wait_until(lambda: site.client.ask("hi").status == 200) else "not served"]


@fills("a stream while the server reloads", "a new request meanwhile", waits=True)
def reloaded(site, simulator):
    with ThreadPoolExecutor(1) as pool, site.client.stream("[simulate pace=100 deltas=100]") as stream:
        begin = stream.read_until(b"output_text.delta")
        site.reload()
        # Waits until all of its processes know of the reload.
        time.sleep(0.5)
        other = pool.submit(lambda: (site.client.ask("hi").status, time.monotonic()))
        end = how_it_ends(stream, begin)
        ended = time.monotonic()
        stream.close()
        status, served = other.result()
    return [end, "fails" if status != 200 else "served" if served < ended else "waits"]


def how_it_ends(stream, begin):
    """What a client sees at the end of a stream."""
    try:
        body = begin + stream.rest()
    except http.client.IncompleteRead:
        return "is cut off"
    if b"<html" in body.lower():
        return "ends with HTML"
    if b"event: error" in body:
        return "ends with an error"
    return "is completed" if b"event: response.completed" in body else "just ends"


@fills("findings of `check --through`")
def what_check_finds(site, simulator):
    address = f"http://127.0.0.1:{site.port}/v1"
    ended = subprocess.run(
        [site.program, "check", "--env-file", site.etc / ".env", "--through", address],
        cwd=site.directory,
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert f"{address}/chat/completions: streams" in ended.stdout, ended.stdout + ended.stderr
    found = [line for line in (ended.stdout + ended.stderr).splitlines() if address in line and not line.startswith("ok ")]
    return ["; ".join(found) or "none"]
