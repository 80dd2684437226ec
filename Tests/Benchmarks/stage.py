"""Shared by the scripts here: the processes of the end-to-end tests, built for release and with enough descriptors for
thousands of clients."""

import resource
import sys
from contextlib import contextmanager
from pathlib import Path

for tests in ["EndToEnd", "Faults"]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / tests))

from processes import REPOSITORY, Process, find_program  # noqa: E402
from relay import Relay  # noqa: E402
from stack import Deployment, Simulator, environment  # noqa: E402


def add_options(parser):
    parser.add_argument(
        "--binaries",
        type=Path,
        default=REPOSITORY / ".build/release",
        help="the folder with gpt-proxy and upstream-simulator (default: .build/release)",
    )


def raise_descriptor_limit(needed):
    """Raises the limit of descriptors to the system's maximum, which child processes inherit; exits if that is too low."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if limit < needed:
        sys.exit(f"{needed} descriptors are needed, and the system allows {limit} (ulimit -Hn).")


@contextmanager
def deployment(options, acts=None, surroundings=None, **settings):
    """Runs the simulator, and the responder behind nginx; with `acts`, also a relay with these acts between responder and
    simulator. `surroundings` are those of Tests/Faults."""
    if not (options.binaries / "gpt-proxy").exists():
        sys.exit(f"no gpt-proxy in {options.binaries}; run: swift build -c release --static-swift-stdlib")
    if not Path(find_program("nginx")).exists():
        sys.exit("nginx is needed: apt-get install nginx")
    simulator = Simulator(options.binaries.resolve())
    try:
        relay = Relay(simulator.base, acts) if acts else None
        base = relay.base if relay else simulator.base
        if surroundings:
            base, settings = surroundings.base(base), settings | surroundings.settings
        settings = environment(base, **settings)
        deployed = Deployment(options.binaries.resolve(), settings, log=surroundings.log if surroundings else None)
        deployed.relay = relay
        try:
            if surroundings:
                surroundings.surround(deployed)
            yield simulator, deployed
        finally:
            deployed.stop()
            if relay:
                relay.stop()
            if surroundings:
                surroundings.remove()
    finally:
        simulator.stop()
        for process in list(Process.running):
            process.stop()
