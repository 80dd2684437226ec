"""Fixtures: one simulator for all tests, one deployment with the default settings for most, and others on request."""

import subprocess
from pathlib import Path

import pytest

from canaries import assert_no_canary, assert_no_key, logs
from client import Client, library
from processes import ENVIRONMENT, REPOSITORY, Process, remove, temporary_directory
from relay import Relay
from stack import Deployment, Simulator, environment


def pytest_addoption(parser):
    parser.addoption(
        "--binaries",
        type=Path,
        default=REPOSITORY / ".build/debug",
        help="the build directory of gpt-proxy and upstream-simulator",
    )
    parser.addoption("--fuzz", type=int, default=2000, help="how many mutated bodies to send")
    parser.addoption(
        "--spec",
        type=Path,
        default=REPOSITORY.parent / "shared/spec",
        help="a folder with schemas of both APIs and their checkers; tests that need it are skipped without it",
    )


@pytest.fixture(scope="session")
def binaries(pytestconfig):
    return pytestconfig.getoption("--binaries").resolve()


@pytest.fixture(scope="session")
def vectors():
    """The folder of recorded requests and responses."""
    return REPOSITORY / "Tests/Vectors"


@pytest.fixture(scope="session")
def the_simulator(binaries):
    simulator = Simulator(binaries)
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(the_simulator):
    """The simulator, with the requests of earlier tests deleted."""
    the_simulator.forget()
    return the_simulator


@pytest.fixture
def relay(simulator):
    """A relay in front of the simulator; the test sets its acts."""
    relay = Relay(simulator.base)
    yield relay
    relay.stop()


@pytest.fixture(scope="session")
def default_deployment(binaries, the_simulator):
    deployment = Deployment(binaries, environment(the_simulator.base))
    yield deployment
    deployment.stop()


@pytest.fixture(params=["kept", "closed"])
def proxy(request, default_deployment, simulator):
    """A client of the default deployment: once with nginx keeping its connections to the responder, once closing them."""
    nginx = default_deployment.nginx
    return Client(nginx.port if request.param == "kept" else nginx.closing_port)


@pytest.fixture
def kept_proxy(default_deployment, simulator):
    """A client for tests in which it does not matter whether nginx keeps its connections to the responder."""
    return Client(default_deployment.nginx.port)


@pytest.fixture
def sdk(default_deployment, simulator):
    """OpenAI's library as a client of the default deployment."""
    with library(default_deployment.nginx.port) as client:
        yield client


@pytest.fixture
def deploy(binaries, simulator):
    """Makes deployments with the given settings, and optionally a limit of descriptors, memory or address space, or a user,
    for the responder."""
    deployments = []

    def make(descriptors=None, memory=None, address_space=None, user=None, **settings):
        deployment = Deployment(
            binaries,
            environment(simulator.base, **settings),
            descriptors=descriptors,
            memory=memory,
            address_space=address_space,
            user=user,
        )
        deployments.append(deployment)
        deployment.client = Client(deployment.nginx.port)
        return deployment

    yield make
    for deployment in deployments:
        deployment.stop()


@pytest.fixture
def directory():
    """A new directory with a short path. Programs that run in it must keep callers' content and keys out of their logs."""
    directory = temporary_directory()
    yield directory
    said = logs(directory)
    remove(directory)
    assert_no_canary(said, "a log")


@pytest.fixture
def start(directory):
    """Starts processes in `directory` that end with the test."""
    processes = []

    def start(name, arguments, environment=None, **options):
        processes.append(Process(name, arguments, directory, environment, **options))
        return processes[-1]

    yield start
    for process in reversed(processes):
        process.stop()


@pytest.fixture
def run(binaries, directory):
    """Runs gpt-proxy in `directory` until it exits; returns the completed process with its output as text."""

    def run(*arguments, environment=None, **options):
        ended = subprocess.run(
            [binaries / "gpt-proxy", *arguments],
            cwd=directory,
            env={**ENVIRONMENT, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=60,
            **{"stdin": subprocess.DEVNULL} if "input" not in options else {},
            **options,
        )
        assert_no_key(ended.stdout + ended.stderr, "a command's output")
        return ended

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for process in Process.running:
            for path in process.log_file.parent.glob("*.log"):
                if lines := path.read_text(errors="replace").splitlines()[-15:]:
                    report.sections.append((f"end of {path}", "\n".join(lines)))
    return report
