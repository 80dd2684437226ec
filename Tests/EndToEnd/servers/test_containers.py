"""The sources of the containers: linters accept them, and they are consistent."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from processes import PATH, REPOSITORY
from recipe import RECIPES

FOLDER = RECIPES / "docker"


@pytest.fixture
def services():
    return yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]


def lint(*arguments):
    """Runs a linter that is installed with the tests' Python packages."""
    program, *arguments = arguments
    ended = subprocess.run(
        [Path(sys.executable).parent / program, *arguments],
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_hadolint_accepts_the_dockerfile():
    lint("hadolint", "--failure-threshold", "style", FOLDER / "Dockerfile")


def test_compose_yaml_matches_its_schema():
    lint("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FOLDER / "compose.yaml")


def test_files_that_the_image_needs_are_not_ignored():
    patterns = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert patterns[0] == "*"
    kept = [pattern.removeprefix("!") for pattern in patterns[1:]]
    assert all((REPOSITORY / path).exists() for path in kept)
    copied = re.findall(r"^COPY (?!--from)(\S+) /", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) <= set(kept)
    assert {"Package.swift", "Sources", "Tests", "deploy/build-static", "deploy/packages.sh"} <= set(kept)


def test_nginx_may_open_the_socket_and_has_no_key(services):
    (group,) = re.findall(r"^USER \d+:(\d+)$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    assert services["nginx"]["group_add"] == [group]
    assert "secrets" not in services["nginx"]
    paths = {name: [mount.split(":")[1] for mount in service["volumes"]] for name, service in services.items()}
    assert "/run/gpt-proxy" in paths["nginx"] and "/run/gpt-proxy" in paths["gpt-proxy"]


def test_containers_have_minimal_privileges(services):
    for service in services.values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
