"""Every fault that is tried, with the result that the client must see: the contract, fault by fault."""

from dataclasses import dataclass

from acts import STAGES, TOKENS

FOR_GOOD = 1_000_000


@dataclass(frozen=True)
class Sees:
    """What a client sees."""

    words: str
    # The status on /v1, and the status on /proxy if it differs.
    status: int = 200
    proxy_status: int | None = None
    # Whether a stream that has started ends with an error.
    is_broken: bool = False
    # Whether /proxy returns upstream's text in a JSON field.
    is_raw: bool = False
    retries: int = 0
    # The log's error code, which on /v1 is also the `code` of the error; None accepts any.
    error: str | None = None

    @property
    def is_served(self):
        return self.status == 200 and not self.is_broken


def served(retries=0):
    return Sees("the response" + after(retries), retries=retries)


def refused(status, retries=0, error=None):
    return Sees(f"{status}{after(retries)}", status, retries=retries, error=error)


def upstreams(status, retries=0):
    """An upstream error response, which /v1 forwards and /proxy wraps."""
    return Sees(f"that error{after(retries)}; `/proxy` wraps it in a 502", status, 502, retries=retries)


def after(retries):
    return {0: "", 1: " after one retry", 2: " after two retries"}[retries]


def broken(error=None):
    return Sees("everything up to the fault, then an error", is_broken=True, error=error)


# An HTML page in place of JSON; /proxy returns it as text.
PAGE_SEEN = Sees("502; on `/proxy` `raw_text`", 502, 200, is_raw=True)


@dataclass(frozen=True)
class Fault:
    # The title in README's table; faults with the same result for the client share a row.
    row: str
    act: str
    whole: Sees | None
    streamed: Sees | None
    times: int = FOR_GOOD
    # If not a relay that acts: the name of another upstream in `sites.py`, or of surroundings in `surroundings.py`.
    site: str = "relay"
    # The web server's prefix in front of the path.
    prefix: str = ""
    # How many bytes the request has in addition to its text.
    padding: int = 0
    # How many bytes the process holds for it at once; the allocator may keep some of them afterwards.
    bulk: int = 0
    # Whether the client disconnects before it gets a response.
    leaves: bool = False
    # Whether trials of this fault must run one at a time.
    alone: bool = False

    @property
    def name(self):
        once = "" if self.times == FOR_GOOD else "-once"
        left = "-left" if self.leaves else ""
        where = [self.site] if self.site != "relay" else []
        what = [self.act] if self.act else []
        return "-".join(where + what) + once + left + self.prefix.replace("/", "-")

    @property
    def words(self):
        if self.whole == self.streamed or not self.streamed:
            return self.whole.words
        if not self.whole:
            return self.streamed.words
        return f"whole: {self.whole.words}; streamed: {self.streamed.words}"


def everywhere(row, act, sees, **options):
    return Fault(row, act, sees, sees, **options)


RETRIED = [408, 409, 429, 500, 502, 503, 504]

STAGE_WORDS = {
    "before-head": "before the response",
    "in-head": "within the response head",
    "after-head": "after the response head",
    "in-body": "within the response body",
    "before-end": "just before the end of the response",
}

AT_STAGE = {
    "before-head": (refused(502, 2, "upstream_cut"), refused(502, 2, "upstream_cut")),
    "in-head": (refused(502, 2, "upstream_cut"), refused(502, 2, "upstream_cut")),
    "after-head": (refused(502, error="upstream_cut"), refused(502, error="upstream_cut")),
    "in-body": (refused(502, error="upstream_cut"), broken("upstream_cut")),
    "before-end": (refused(502, error="upstream_cut"), served()),
}

FAULTS = [
    everywhere("no process listens at the address", "", refused(502, 2, "upstream_unreachable"), site="unused"),
    everywhere("the name does not resolve", "", refused(502, 2, "upstream_unreachable"), site="nameless"),
    everywhere("plain HTTP where TLS is expected", "", refused(502, 2, "upstream_unreachable"), site="no-tls"),
    everywhere("a certificate from an unknown authority", "", refused(502, 2, "upstream_unreachable"), site="untrusted"),
    everywhere("a TLS handshake that never completes", "", refused(504, 2, "upstream_connect_timeout"), site="silent-tls"),
    everywhere("closed or reset right after connecting", "", refused(502, 2), site="closing"),
    everywhere("closed or reset right after connecting", "", refused(502, 2), site="resetting"),
    everywhere("reset within the request", "reset-in-request", refused(502, 2), padding=1 << 20),
    *[
        Fault(f"closed or reset {STAGE_WORDS[stage]}", f"{kind}-{stage}", *AT_STAGE[stage])
        for stage in STAGES
        for kind in ["close", "reset"]
    ],
    *[
        everywhere(f"closed or reset {STAGE_WORDS[stage]}, once", f"{kind}-{stage}", served(1), times=1)
        for stage in STAGES[:2]
        for kind in ["close", "reset"]
    ],
    everywhere("an idle connection closed", "close-after-reply", served()),
    everywhere("a reused connection closed when the next request is sent", "close-kept", served()),
    everywhere("more bytes than announced", "more-than-said", served()),
    everywhere("silence before the response, or within its head", "hang", refused(504, 0, "upstream_first_byte_timeout")),
    everywhere(
        "silence before the response, or within its head", "hang-in-head", refused(504, 0, "upstream_first_byte_timeout")
    ),
    Fault(
        "silence within the response body",
        "hang-in-body",
        refused(504, 0, "upstream_idle_timeout"),
        broken("upstream_idle_timeout"),
    ),
    Fault(
        "a response that takes longer than `UPSTREAM_TIMEOUT`",
        "trickle",
        refused(504, 0, "upstream_total_timeout"),
        served(),
    ),
    everywhere(
        "upstream does not read the request",
        "hang-in-request",
        refused(504, 0, "upstream_idle_timeout"),
        padding=16 << 20,
        bulk=16 << 20,
    ),
    *[
        everywhere("408, 409, 429, 500, 502, 503 or 504", f"status-{status}", upstreams(status, 2))
        for status in RETRIED
    ],
    *[
        everywhere("408, 409, 429, 500, 502, 503 or 504, once", f"status-{status}", served(1), times=1)
        for status in RETRIED
    ],
    everywhere("429 with a long `retry-after`", "limit-for-long", upstreams(429)),
    *[everywhere("400, 404 or 422", f"status-{status}", upstreams(status)) for status in [400, 404, 422]],
    *[everywhere("401 or 403", f"status-{status}", refused(502)) for status in [401, 403]],
    everywhere("503 with an HTML page", "page-503", upstreams(503, 2)),
    *[everywhere("a redirect", f"redirect-{status}", refused(502)) for status in [301, 302, 307, 308]],
    everywhere("200 with an HTML page", "page", PAGE_SEEN),
    everywhere("200 with an HTML page", "page", PAGE_SEEN, prefix="/chat"),
    *[
        everywhere("a different content type, or none", act, served(), prefix=prefix)
        for act in ["text", "untyped"]
        for prefix in ["", "/chat"]
    ],
    everywhere("bytes that are not HTTP", "garbage", refused(502, 0, "upstream_garbled")),
    everywhere("a response head that does not end", "long-head", refused(502, 0, "upstream_garbled")),
    everywhere("100, 102 and 103 before the response", "hints", served()),
    everywhere("101", "switch", refused(502, 0, "upstream_garbled")),
    everywhere("gzip that was not requested", "gzip", served()),
    everywhere("invalid gzip", "broken-gzip", refused(502, 0, "upstream_garbled")),
    everywhere("trailers", "trailers", served()),
    everywhere("one byte at a time; a stream's lines end with CRLF", "bytewise", served()),
    *[
        everywhere("token counts that are negative, 2⁶³ - 1 or 10³⁰⁰", f"tokens-{name}", served()) for name in TOKENS
    ],
    *[everywhere("headers of 6 KB each, or 200 headers", act, served()) for act in ["large-headers", "many-headers"]],
    everywhere("400 with 2 MB", "large-error", Sees("400 without upstream's message; on `/proxy` 502", 400, 502)),
    Fault("an event of 2 MB", "large-event", None, served()),
    Fault("an error of 2 MB within a stream", "large-error-within", None, broken()),
    Fault("a stream without its last event", "no-end", None, broken("upstream_unfinished")),
    Fault("a last event that is sent twice", "two-ends", None, served()),
    Fault("a last event that is sent twice", "two-ends", None, served(), prefix="/chat"),
    Fault("a line of 100 MB", "endless-line", None, refused(502, 0, "upstream_oversized"), bulk=64 << 20),
    Fault(
        "a stream that begins with an error",
        "error-first",
        None,
        Sees("500 after two retries; on `/proxy` that error", 500, 200, is_broken=True, retries=2),
    ),
    Fault("a stream that begins with an error, once", "error-first", None, served(1), times=1),
    Fault("an error within a stream", "error-within", None, broken()),
    everywhere("the client disconnects", "hang", Sees("nothing; the upstream request is cancelled"), leaves=True),
    everywhere("the client disconnects before a retry", "busy", Sees("nothing; no retry is made"), leaves=True),
    everywhere("the clock is set back by an hour", "set-back", served(), site="clock"),
    everywhere("the clock is set forward by a day", "set-forward", served(), site="clock"),
    everywhere("the log is not read", "", served(), site="unread-log"),
    everywhere("64 slow uploads at the same time", "", served(), site="slow-uploads", padding=100_000),
    everywhere("another peer writes garbage to the socket", "", served(), site="foreign-records"),
    everywhere("the socket file is removed during a request", "removed", served(), site="socket", alone=True),
    everywhere("the files in `STATE_DIR` are truncated", "truncated", served(), site="state-directory"),
    everywhere("the files in `STATE_DIR` are removed", "gone", served(), site="state-directory"),
    everywhere("the key file is on a mount that hangs", "", served(), site="key-file"),
    everywhere("DNS stops answering for upstream's name", "close-after-reply", served(), site="name"),
    everywhere("DNS never answers for the first base's name, but for the second's", "", served(), site="first-name"),
]
