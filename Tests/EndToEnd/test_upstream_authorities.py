"""The authorities that upstream's certificate is checked with are changed while the program runs."""

import pytest

from certificates import self_signed
from processes import wait_until
from upstream import Upstream


@pytest.fixture
def authority(directory):
    """Makes an authority: the files of its certificate, which upstream shows, and of its key."""

    def authority(name):
        (directory / name).mkdir()
        return self_signed(directory / name)

    return authority


@pytest.fixture
def upstream(authority):
    upstream = Upstream(certificate=authority("first"))
    upstream.says({"object": "list", "data": []})
    yield upstream
    upstream.stop()


def test_new_authorities_are_trusted_without_a_restart(deploy, directory, authority, upstream):
    trusted = directory / "authorities.pem"
    trusted.write_text((directory / "first/certificate.pem").read_text())
    deployment = deploy(OPENAI_BASE=upstream.base, UPSTREAM_CA_FILE=str(trusted), RETRIES="0")

    def status():
        # A caller's models are upstream's, asked for anew each time.
        return deployment.client.get("/healthz?upstream=1").status

    assert status() == 200
    certificate, _ = authority("second")
    trusted.write_text("nonsense")
    assert wait_until(lambda: "file not read" in deployment.responder.log)
    assert "PEM file of certificates" in deployment.responder.log
    assert status() == 200
    upstream.renew((certificate, directory / "second/key.pem"))
    upstream.close_connections()
    assert status() == 502
    trusted.write_text(certificate.read_text())
    assert wait_until(lambda: status() == 200)
