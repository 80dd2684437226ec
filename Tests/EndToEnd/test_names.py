"""DNS lookups of upstream's name: they delay no other base, notice changed addresses, and may fail without harm."""

import concurrent.futures
import os
import signal
import time

import pytest

from certificates import self_signed
from clock import SteppingClock
from names import Names
from processes import wait_until
from stack import OPENAI_KEY
from upstream import Upstream

CHAT = "/v1/chat/completions"
CONNECT_TIMEOUT = 2


@pytest.fixture
def names():
    names = Names()
    yield names
    names.forget()


@pytest.fixture
def reply(vectors):
    """The body of an upstream response."""
    return (vectors / "bodies/01_plain_text.json").read_bytes()


@pytest.fixture
def upstream(reply):
    """An upstream that closes each connection after the response, so that each request needs the name."""
    upstream = Upstream()
    upstream.says(reply, Connection="close")
    yield upstream
    upstream.stop()


def status(deployment):
    return deployment.client.ask("hi", path=CHAT).status


def base(name, server):
    """The base URL of a server, with another host name."""
    return f"http://{name}:{server.rpartition(':')[2]}"


# --- A name that hangs ------------------------------------------------------------------------------------------------


def test_a_hanging_lookup_does_not_stop_other_bases(deploy, names, simulator):
    names.set("slow.test", "hang")
    names.set("good.test", "127.0.0.1")
    bases = f"{base('slow.test', simulator.base)}, {base('good.test', simulator.base)}"
    deployment = deploy(
        OPENAI_BASE=bases, OPENAI_API_KEY_2=OPENAI_KEY, CONNECT_TIMEOUT=f"{CONNECT_TIMEOUT}s", **names.environment)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        assert set(pool.map(lambda _: status(deployment), range(20))) == {200}
    assert names.lookups("slow.test") == 1
    # The base's circuit breaker is open by now, so that requests do not wait for the name.
    start = time.monotonic()
    assert {status(deployment) for _ in range(5)} == {200}
    assert time.monotonic() - start < CONNECT_TIMEOUT
    assert "circuit breaker opened" in deployment.responder.log


def test_requests_that_wait_for_a_name_share_one_lookup_and_all_succeed(deploy, names, simulator):
    names.set("slow.test", "hang")
    deployment = deploy(OPENAI_BASE=base("slow.test", simulator.base), STATUS_PATH="/status", **names.environment)
    live = lambda: deployment.client.get("/status?json").json["live streams"]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        statuses = [pool.submit(status, deployment) for _ in range(100)]
        assert wait_until(lambda: live() >= 100)
        names.set("slow.test", "127.0.0.1")
        assert {each.result() for each in statuses} == {200}
    assert names.lookups("slow.test") == 1


def test_the_error_for_a_hanging_lookup_names_the_lookup(deploy, names):
    names.set("slow.test", "hang")
    deployment = deploy(OPENAI_BASE="http://slow.test:9/v1", CONNECT_TIMEOUT="200ms", RETRIES="0", **names.environment)
    reply = deployment.client.ask("hi", path=CHAT)
    assert reply.status == 504
    assert "lookup" not in reply.json["error"]["message"]
    assert wait_until(lambda: "the name lookup has not finished" in deployment.responder.log)


# --- A name that cannot be looked up any more -------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["hang", "again"])
def test_the_last_addresses_of_a_name_stay_in_use_if_its_lookup_fails(deploy, names, upstream, trouble):
    names.set("api.test", "127.0.0.1")
    deployment = deploy(OPENAI_BASE=base("api.test", upstream.base), RETRIES="0", **names.environment)
    assert status(deployment) == 200
    names.set("api.test", trouble)
    while names.lookups("api.test") < 3 - (trouble == "hang"):
        assert status(deployment) == 200
    assert {status(deployment) for _ in range(5)} == {200}
    if trouble == "again":
        assert "a name cannot be looked up" in deployment.responder.log
    names.set("api.test", "127.0.0.1")
    if trouble == "again":
        assert wait_until(lambda: status(deployment) == 200 and "can be looked up again" in deployment.responder.log)


def test_a_name_that_no_longer_exists_is_not_used_any_more(deploy, names, upstream):
    names.set("api.test", "127.0.0.1")
    deployment = deploy(OPENAI_BASE=base("api.test", upstream.base), RETRIES="0", **names.environment)
    assert status(deployment) == 200
    names.set("api.test", "unknown")
    assert wait_until(lambda: status(deployment) == 502)


@pytest.mark.parametrize("addresses", ["127.0.0.2 127.0.0.1", "::1 127.0.0.1"])
def test_an_address_that_listens_is_found_among_several(deploy, names, upstream, addresses):
    names.set("api.test", addresses)
    deployment = deploy(OPENAI_BASE=base("api.test", upstream.base), RETRIES="0", **names.environment)
    assert {status(deployment) for _ in range(5)} == {200}


# --- An address that changes ------------------------------------------------------------------------------------------


def test_many_new_connections_need_few_lookups(deploy, names, upstream):
    names.set("api.test", "127.0.0.1")
    deployment = deploy(OPENAI_BASE=base("api.test", upstream.base), RETRIES="0", **names.environment)
    start = time.monotonic()
    assert {status(deployment) for _ in range(50)} == {200}
    assert names.lookups("api.test") <= time.monotonic() - start + 1


@pytest.fixture
def moved(reply):
    """Two upstreams at different addresses and the same port."""
    old = Upstream()
    new = Upstream(("127.0.0.2", old.port))
    for each in [old, new]:
        each.says(reply)
    yield old, new
    old.stop()
    new.stop()


def test_a_changed_address_is_followed_under_steady_traffic(deploy, names, moved):
    old, new = moved
    clock = SteppingClock()
    names.set("api.test", "127.0.0.1")
    preloads = ":".join(each["LD_PRELOAD"] for each in [names.environment, clock.environment])
    deployment = deploy(
        OPENAI_BASE=base("api.test", old.base), RETRIES="0",
        **{**names.environment, **clock.environment, "LD_PRELOAD": preloads})

    def ask_everywhere():
        """Sends enough requests for each event loop, which has its own connections, to get some of them."""
        assert {status(deployment) for _ in range(4 * os.cpu_count())} == {200}

    ask_everywhere()
    names.set("api.test", "127.0.0.2")
    # No connection is ever idle long enough to be closed.
    for _ in range(4):
        clock.advance(40)
        ask_everywhere()
    before = len(old.requests)
    ask_everywhere()
    assert len(old.requests) == before


# --- Certificates -----------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(directory):
    """Makes self-signed certificates; returns the files of the certificate and its key."""

    def certificate(name):
        (directory / name).mkdir()
        return self_signed(directory / name)

    return certificate


@pytest.fixture
def secure(certificate, reply):
    """An upstream that uses TLS and closes each connection after the response."""
    upstream = Upstream(certificate=certificate("first"))
    upstream.says(reply, Connection="close")
    yield upstream
    upstream.stop()


def test_a_new_authority_in_the_ca_file_is_trusted_without_a_restart(deploy, directory, certificate, secure):
    authorities, second = directory / "authorities.pem", certificate("second")
    first = (directory / "first/certificate.pem").read_text()
    authorities.write_text(first)
    deployment = deploy(OPENAI_BASE=secure.base, UPSTREAM_CA_FILE=str(authorities), RETRIES="0")
    assert status(deployment) == 200
    secure.renew(second)
    assert status(deployment) == 502
    authorities.write_text(first + second[0].read_text())
    assert wait_until(lambda: status(deployment) == 200)
    assert "UPSTREAM_CA_FILE" in deployment.responder.log


def test_an_invalid_ca_file_changes_nothing_and_is_logged(deploy, directory, secure):
    authorities = directory / "authorities.pem"
    authorities.write_bytes((directory / "first/certificate.pem").read_bytes())
    deployment = deploy(OPENAI_BASE=secure.base, UPSTREAM_CA_FILE=str(authorities), RETRIES="0")
    for content in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nMIIB\n"]:
        authorities.write_text(content)
        before = deployment.responder.log.count("file not read")
        deployment.responder.process.signal(signal.SIGHUP)
        assert wait_until(lambda: deployment.responder.log.count("file not read") > before)
        assert status(deployment) == 200
    assert "UPSTREAM_CA_FILE" in deployment.responder.log


def test_sighup_makes_the_ca_file_be_read_again(deploy, directory, certificate, secure):
    authorities, second = directory / "authorities.pem", certificate("second")
    authorities.write_bytes((directory / "first/certificate.pem").read_bytes())
    deployment = deploy(OPENAI_BASE=secure.base, UPSTREAM_CA_FILE=str(authorities), RETRIES="0")
    assert status(deployment) == 200
    secure.renew(second)
    os.replace(second[0], authorities)
    deployment.responder.process.signal(signal.SIGHUP)

    def is_read_anew():
        lines = deployment.responder.log.splitlines()
        return any("file reloaded" in line and "UPSTREAM_CA_FILE" in line for line in lines)

    assert wait_until(is_read_anew)
    assert status(deployment) == 200
