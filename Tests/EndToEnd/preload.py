"""Libraries that are preloaded into a program, so that system calls behave as a test needs."""

import atexit
import functools
import subprocess
from pathlib import Path

import pytest

from processes import ENVIRONMENT, find_program, remove, temporary_directory


@functools.cache
def library(source):
    """Compiles a C file in this folder and returns the library for LD_PRELOAD."""
    if any(name.endswith("SAN_OPTIONS") for name in ENVIRONMENT):
        pytest.skip("a sanitizer's library must be loaded first")
    directory = temporary_directory()
    atexit.register(remove, directory)
    # Programs that run as other users load the library too.
    directory.chmod(0o755)
    compiled = (directory / source).with_suffix(".so")
    command = [find_program("clang"), "-shared", "-fPIC", "-O2", "-o", compiled, Path(__file__).with_name(source)]
    subprocess.run(command, check=True)
    return compiled
