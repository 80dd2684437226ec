"""Small libraries in C that stand between a process and the system: for LD_PRELOAD."""

import atexit
import functools
import subprocess
from pathlib import Path

import pytest

from processes import ENVIRONMENT, find_program, remove, temporary_directory


@functools.cache
def library(name):
    """The compiled library of a source file of that name."""
    if any(variable.endswith("SAN_OPTIONS") for variable in ENVIRONMENT):
        pytest.skip("a sanitizer's library must be the first that is loaded")
    directory = temporary_directory()
    atexit.register(remove, directory)
    compiled = directory / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run([find_program("clang"), "-shared", "-fPIC", "-O2", "-o", compiled, source], check=True)
    return compiled
