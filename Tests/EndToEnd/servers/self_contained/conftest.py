"""Fixtures: a minimal Debian root directory."""

import pytest

from processes import remove, temporary_directory
from roots import debootstrap


@pytest.fixture(scope="session")
def debian():
    directory = temporary_directory()
    directory.chmod(0o755)
    yield debootstrap(directory / "debian")
    remove(directory)
