"""What the scripts here share: the processes of the end-to-end tests, built for release and able to take a crowd."""

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
        help="where gpt-proxy and upstream-simulator have been built (default: .build/release)",
    )


def raise_descriptor_limit(needed):
    """As many descriptors as the system allows, which children inherit; ends the script if they are too few."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if limit < needed:
        sys.exit(f"This takes {needed} descriptors, and the system allows {limit} (ulimit -Hn).")


@contextmanager
def deployment(options, acts=None, surroundings=None, **settings):
    """The simulator, and the responder with nginx in front of it; between them a relay that has these acts, if any.
    `surroundings` are those of Tests/Faults."""
    if not (options.binaries / "gpt-proxy").exists():
        sys.exit(f"There is no gpt-proxy in {options.binaries}: swift build -c release --static-swift-stdlib")
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
