""".github/SECURITY.md names existing tests and the program's actual dependencies."""

import re

import pytest

from processes import REPOSITORY

POLICY = (REPOSITORY / ".github/SECURITY.md").read_text()
GUARDED = POLICY.split("## What is guarded")[1].split("\n## ")[0]
ROWS = [line.strip("|").split("|") for line in GUARDED.splitlines() if line.startswith("| ")][1:]


@pytest.fixture(scope="module")
def names():
    """The names of all tests: functions in Python, sentences in Swift."""
    tests = REPOSITORY / "Tests"
    python = "".join(path.read_text() for path in tests.glob("EndToEnd/**/test_*.py"))
    swift = "".join(path.read_text() for path in tests.glob("*/*.swift"))
    return set(re.findall(r"^def (test_\w+)\(", python, re.MULTILINE)) | set(re.findall(r"func `([^`]+)`\(", swift))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip()[:40])
def test_every_row_of_the_policy_names_existing_tests(names, row):
    _, tests = row
    named = re.findall(r"`([^`]+)`", tests)
    assert named
    assert set(named) <= names


def test_the_policy_lists_all_dependencies():
    listed = re.findall(r"\bswift-[a-z-]+", POLICY.split("## What it is made of")[1])
    manifest = (REPOSITORY / "Package.swift").read_text()
    assert sorted(listed) == sorted(re.findall(r'\.package\(url: "https://github\.com/apple/([a-z-]+)"', manifest))
    assert manifest.count(".package(url:") == len(listed)
