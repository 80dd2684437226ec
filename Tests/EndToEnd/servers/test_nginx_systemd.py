"""The units: systemd accepts them, they grant few privileges, and workers are replaced without a lost request."""

import re
import subprocess
import threading

import pytest

from client import events
from nginx import NginxSystemd
from processes import wait_until
from recipe import RECIPES

UNITS = ["gpt-proxy.socket", "gpt-proxy@.service"]

# The maximum is 10, a service without any restriction; systemd rates values below 2 as OK.
MOST_EXPOSURE = 1.5


@pytest.fixture
def site(binaries, the_simulator):
    site = NginxSystemd(binaries, the_simulator.base)
    yield site
    site.stop()


def analyze(*arguments):
    ended = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


def test_systemd_accepts_the_units(site):
    for unit in UNITS:
        site.file(unit)
    status, said = analyze("verify", *(f"{site.directory}/{unit.replace('@', '@1')}" for unit in UNITS))
    assert status == 0
    assert "gpt-proxy" not in said, said


def test_a_worker_has_few_privileges(site):
    _, said = analyze("security", "--offline=true", str(site.file("gpt-proxy@.service")))
    assert float(re.search(r"exposure level for \S+: ([\d.]+)", said)[1]) <= MOST_EXPOSURE


def test_the_state_directory_survives_the_replacement_of_a_worker():
    unit = (RECIPES / NginxSystemd.recipe / "gpt-proxy@.service").read_text()
    (directory,) = re.findall("^RuntimeDirectory=(.+)$", unit, re.MULTILINE)
    assert f"\nEnvironment=STATE_DIR=%t/{directory}\n" in unit
    assert "\nRuntimeDirectoryPreserve=yes\n" in unit
    # /run/gpt-proxy is the socket's directory, which belongs to root; a service that owned it too would take it over.
    assert directory != "gpt-proxy"


def test_a_rolling_restart_loses_no_request(site):
    statuses, is_over = [], threading.Event()

    def ask():
        while not is_over.is_set():
            statuses.append(site.client.ask("hi").status)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    with site.client.stream("[simulate pace=50 deltas=30]") as stream:
        begin = stream.read_until(b"output_text.delta")
        for asker in askers:
            asker.start()
        for number in range(2):
            old = site.workers.processes[number]
            site.workers.restart(number)
            assert old.wait() == 0
        is_over.set()
        received = events(begin + stream.rest())
    for asker in askers:
        asker.join()
    assert received[-1][0] == "response.completed"
    # Requests that were served by ended workers are counted too.
    def seen():
        page = site.client.get("/status?json", headers={}).json
        return page["accepted conn"], page["total processes"]

    assert wait_until(lambda: seen() == (len(statuses) + 1, 2)), seen()
    assert len(statuses) > 20 and set(statuses) == {200}
