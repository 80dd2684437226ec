"""Libraries that are loaded into a program before its own, so that the system behaves as a test wants."""

import atexit
import functools
import subprocess
from pathlib import Path

import pytest

from processes import ENVIRONMENT, find_program, remove, temporary_directory


@functools.cache
def library(source):
    """The library made of a file beside this one, for LD_PRELOAD."""
    if any(name.endswith("SAN_OPTIONS") for name in ENVIRONMENT):
        pytest.skip("a sanitizer's library must be the first that is loaded")
    directory = temporary_directory()
    atexit.register(remove, directory)
    # Programs of other users load it too.
    directory.chmod(0o755)
    compiled = (directory / source).with_suffix(".so")
    command = [find_program("clang"), "-shared", "-fPIC", "-O2", "-o", compiled, Path(__file__).with_name(source)]
    subprocess.run(command, check=True)
    return compiled
