"""Tries a fault a given number of times on every endpoint, whole and streamed, and judges the results."""

import json
import socket
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from client import ask
from processes import wait_until
from relay import key_for
from sites import PLACES
from stack import PROXY_KEY

FRONTS = ["/proxy", "/v1/chat/completions"]

# Characters of two, three and four bytes, for acts that split within a character.
TEXT = "Grüße, 世界 🙂!"

# The maximum size of an error response in bytes.
LONGEST_ERROR = 1 << 20

# How many seconds a response may take: far more than any time limit of a site.
PATIENCE = 20


@dataclass
class Outcome:
    """How many times a fault was tried and survived, and the complaints."""

    tried: int = 0
    survived: int = 0
    complaints: Counter = field(default_factory=Counter)
    # Why the fault cannot be tried here, or None.
    skipped: str | None = None


def try_fault(fault, site, times):
    """Tries a fault `times` times on each endpoint, whole and streamed.

    Runs as many trials concurrently as there are permits, but at most two if they are large or lead to retries, and one if
    the client disconnects: the retry budget of the process limits the retries of all requests together.
    """
    connections = site.relay.connections
    trials = [
        Trial(fault, site, front, streamed)
        for _ in range(times)
        for front in FRONTS
        for streamed in [False, True]
        if (fault.streamed if streamed else fault.whole)
    ]
    at_once = 1 if fault.leaves or fault.alone else 2 if fault.bulk or any(trial.sees.retries for trial in trials) else PLACES
    with site.surroundings.trouble(), ThreadPoolExecutor(at_once) as pool:
        list(pool.map(Trial.run, trials))
    lines = {}

    def are_logged():
        lines.update(site.new_log_lines())
        return all(trial.id in lines for trial in trials)

    wait_until(are_logged)
    outcome = Outcome(tried=len(trials))
    for trial in trials:
        trial.judge(lines.get(trial.id))
        outcome.survived += not trial.complaints
        outcome.complaints.update(f"{trial.front}{' streamed' if trial.streamed else ''}: {x}" for x in trial.complaints)
    if not site.serves and site.relay.on_accept:
        tries = sum(1 + line.get("retries", 0) for line in lines.values())
        if site.relay.connections - connections != tries:
            outcome.complaints[f"{site.relay.connections - connections} connections for {tries} tries"] += 1
    outcome.complaints.update(site.complaints(fault.bulk))
    if outcome.complaints and outcome.survived == outcome.tried:
        outcome.survived = 0
    return outcome


class Trial:
    """One request that meets a fault."""

    def __init__(self, fault, site, front, streamed):
        self.fault, self.site, self.front, self.streamed = fault, site, front, streamed
        self.sees = fault.streamed if streamed else fault.whole
        self.id = uuid.uuid4().hex
        self.key = key_for(fault.act, fault.times)
        self.complaints = []
        self.status, self.body = None, b""

    def run(self):
        began = time.monotonic()
        try:
            self._leave() if self.fault.leaves else self._ask()
            if time.monotonic() - began > PATIENCE:
                self.complain(f"it took {time.monotonic() - began:.0f} s")
        except Exception as error:
            self.complaints.append(f"{type(error).__name__}: {error}")

    def _send(self):
        body = ask(f"{TEXT} {self.id}", stream=self.streamed)
        if self.fault.padding:
            body["messages"].insert(0, {"role": "user", "content": "x" * self.fault.padding})
        headers = {"X-API-KEY": PROXY_KEY, "Idempotency-Key": self.key, "X-Request-Id": self.id}
        return self.site.client.send("POST", self.fault.prefix + self.front, body, headers)

    def _ask(self):
        connection = self._send()
        reply = connection.getresponse()
        self.status, self.headers, self.body = reply.status, reply.headers, reply.read()
        connection.close()

    def _leave(self):
        connection = self._send()
        if not wait_until(lambda: self.site.relay.accepted[self.key]):
            self.complaints.append("no request reached upstream")
        time.sleep(0.1)
        connection.sock.shutdown(socket.SHUT_RDWR)
        connection.close()

    # --- Results ------------------------------------------------------------------------------------------------------

    def judge(self, line):
        if self.complaints:
            return
        if not line:
            return self.complain("the log has no line for the request")
        self._judge_tries(line.get("retries", 0))
        if not 0 <= line["duration_ms"] < 1000 * PATIENCE:
            self.complain(f"the log says that it took {line['duration_ms']} ms")
        if self.fault.leaves:
            if not line.get("client_left"):
                self.complain("the log does not report that the client disconnected")
            return
        expected = self._expected_status
        if (self.status, line["status"]) != (expected, expected):
            return self.complain(f"{self.status} (in the log {line['status']}) instead of {expected}")
        if self.sees.is_served == bool(line.get("error")) and not self._is_exempt:
            self.complain(f"the log calls it {line.get('error')}")
        if self.sees.error and line.get("error") != self.sees.error:
            self.complain(f"the log calls it {line.get('error')} instead of {self.sees.error}")
        try:
            self._judge_body()
        except (ValueError, LookupError, TypeError) as error:
            self.complain(f"{type(error).__name__}: {error} in {self.body[-200:]!r}")

    def _judge_tries(self, retries):
        relay = self.site.relay
        unseen = relay.unanswered_on_kept[self.key]
        # A fault that happens once has hit the request on a reused connection, whose resending is not counted as a retry.
        expected = 0 if unseen and self.fault.times == 1 else self.sees.retries
        if retries != expected:
            self.complain(f"{retries} retries instead of {expected}")
        if self.site.serves and relay.accepted[self.key] != 1 + expected + unseen:
            self.complain(f"upstream got {relay.accepted[self.key]} requests")

    def complain(self, text):
        self.complaints.append(text)

    @property
    def _expected_status(self):
        proxy_status = self.sees.proxy_status if self.front == "/proxy" else None
        return proxy_status or self.sees.status

    @property
    def _is_exempt(self):
        """On /proxy, forwarding upstream's own response counts as success, whatever it contains."""
        return self.front == "/proxy" and (self.sees.is_raw or self.fault.act.startswith("error-"))

    def _judge_body(self):
        if self.status != 200:
            return self._judge_error(json.loads(self.body))
        if self.sees.is_raw:
            return None if json.loads(self.body)["raw_text"] else self.complain("there is no raw text")
        if self.streamed:
            return self._judge_stream()
        if self.id not in json.dumps(json.loads(self.body)) or TEXT not in self.body.decode():
            self.complain(f"the text is not in {self.body[:200]!r}")

    def _judge_error(self, body):
        if len(self.body) > LONGEST_ERROR:
            self.complain(f"the error has {len(self.body)} bytes")
        message = body["detail"] if self.front == "/proxy" else body["error"]["message"]
        if not message:
            self.complain(f"no error message in {body}")
        self._judge_code(body.get("error", {}))
        if self.sees.retries and self.status >= 500 and self.headers["x-should-retry"] != "false":
            self.complain("the response does not have `x-should-retry: false`")

    def _judge_code(self, error):
        """The error has the same code as the log, if its format has a code."""
        if self.sees.error and "code" in error and error["code"] != self.sees.error:
            self.complain(f"the error's code is {error['code']} instead of {self.sees.error}")

    def _judge_stream(self):
        blocks = [block for block in self.body.decode().replace("\r\n", "\n").split("\n\n") if block]
        data = [line[6:] for block in blocks for line in block.split("\n") if line.startswith("data: ")]
        if not self.body.endswith((b"\n\n", b"\r\n\r\n")):
            self.complain(f"the stream ends within an event: {self.body[-100:]!r}")
        events = [json.loads(text) for text in data if text != "[DONE]"]
        failed = [event for event in events if event.get("type") in ("error", "response.failed") or event.get("error")]
        if self.sees.is_broken != bool(failed):
            self.complain(f"{len(failed)} errors in the stream")
        chat = self.front != "/proxy" or self.fault.prefix
        ends = data.count("[DONE]") if chat else sum(event["type"] == "response.completed" for event in events)
        # Streams that are not translated are forwarded unchanged, including a duplicate last event.
        is_translated = self.front != "/proxy" and not self.fault.prefix
        allowed = {1, 2} if self.fault.act == "two-ends" and not is_translated else {1}
        if not self.sees.is_broken and ends not in allowed:
            self.complain(f"{ends} last events")
        if self.sees.is_broken and failed != [events[-1]]:
            self.complain("the error is not the stream's last event")
        for event in failed:
            self._judge_code(event.get("error") or event)
        if self.sees.is_served and self.id not in self._text(events):
            self.complain(f"the text is not in {self._text(events)!r}")

    def _text(self, events):
        return "".join(
            event.get("delta") or ""
            if "delta" in event
            else "".join(choice["delta"].get("content") or "" for choice in event.get("choices", []))
            for event in events
            if isinstance(event.get("delta", ""), str)
        )
