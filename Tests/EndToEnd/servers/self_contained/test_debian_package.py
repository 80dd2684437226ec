"""The Debian package: installed where there is nothing but Debian's smallest root, and gone again when it is purged."""

import re
import shutil
import stat
import subprocess

import pytest

from processes import REPOSITORY, remove, temporary_directory
from stack import OPENAI_KEY


@pytest.fixture(scope="module")
def package():
    found = list((REPOSITORY / ".build/debian").glob("*.deb"))
    assert found, "deploy/debian/build has to be run before"
    return found[0]


@pytest.fixture(scope="module")
def install(package):
    """Installs it in a root, as its README says."""

    def install(root, *options):
        shutil.copy(package, root.file("/tmp"))
        root.run("apt-get", "install", "--yes", "--no-install-recommends", *options, f"/tmp/{package.name}")

    return install


@pytest.fixture(scope="module")
def directory():
    directory = temporary_directory()
    yield directory
    remove(directory)


@pytest.fixture(scope="module")
def root(debian, directory, install):
    """A root in which it is installed, and has OpenAI's key as its README says."""
    root = debian.copy(directory / "installed")
    install(root)
    root.file("/etc/gpt-proxy/openai-api-key").write_text(OPENAI_KEY + "\n")
    return root


def test_the_program_is_there(root, package):
    assert root.run("gpt-proxy", "--version").stdout.strip() == package.name.split("_")[1]


def test_with_what_its_units_give_it_the_settings_are_complete(root):
    unit = root.file("/usr/lib/systemd/system/gpt-proxy@.service").read_text()
    credentials = root.file("/run/credentials")
    credentials.mkdir()
    for name, source in re.findall(r"^LoadCredential=(\w+):(\S+)$", unit, re.MULTILINE):
        shutil.copy(root.file(source), credentials / name)
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    program, *arguments = command.split()
    ended = root.run("env", "CREDENTIALS_DIRECTORY=/run/credentials", program, "check", *arguments)
    assert "OPENAI_API_KEY=(set, not shown)" in ended.stdout and "PROXY_API_KEY=(set, not shown)" in ended.stdout


def test_systemd_finds_no_fault(root):
    ended = root.run("systemd-analyze", "verify", "gpt-proxy.socket", "gpt-proxy@1.service")
    assert "gpt-proxy" not in ended.stdout + ended.stderr


def test_it_has_a_manual(root):
    page = root.run("man", "gpt-proxy").stdout
    assert "NAME" in page and "--listen" in page and "--env-file" in page and "EXIT STATUS" in page


def test_shells_complete_its_commands(root):
    places = ["bash-completion/completions/gpt-proxy", "zsh/vendor-completions/_gpt-proxy", "fish/vendor_completions.d/gpt-proxy.fish"]
    for place in places:
        assert "env-file" in root.file(f"/usr/share/{place}").read_text()


def test_lintian_finds_no_fault(package):
    ended = subprocess.run(["lintian", "--fail-on", "error,warning", package], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout


def test_the_key_of_callers_is_made_once_and_a_changed_setting_is_kept(root, install):
    key, settings = root.file("/etc/gpt-proxy/proxy-api-key"), root.file("/etc/gpt-proxy/.env")
    made = key.read_text()
    assert re.fullmatch(r"[0-9a-f]{64}", made)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    settings.write_text("TARGET_API=chat\n")
    install(root, "--reinstall")
    assert (key.read_text(), settings.read_text()) == (made, "TARGET_API=chat\n")


def test_purging_leaves_nothing(debian, directory, install):
    root = debian.copy(directory / "purged")
    install(root)
    # As an administrator would: links that no package has made.
    root.run("systemctl", "enable", "gpt-proxy.socket", "gpt-proxy@1", "gpt-proxy@2")
    assert "etc/systemd/system/sockets.target.wants/gpt-proxy.socket" in root.files
    root.run("apt-get", "purge", "--yes", "gpt-proxy")
    assert root.files <= debian.files | {"etc/systemd/system/sockets.target.wants"}
