"""The Debian package: installed in a minimal Debian root, and removed completely when it is purged."""

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
    assert found, "run deploy/debian/build first"
    return found[0]


@pytest.fixture(scope="module")
def install(package):
    """Installs the package in a root, as described in its README."""

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
    """A root with the package and OpenAI's key, set up as described in its README."""
    root = debian.copy(directory / "installed")
    install(root)
    root.file("/etc/gpt-proxy/openai-api-key").write_text(OPENAI_KEY + "\n")
    return root


def test_the_program_is_installed(root, package):
    assert root.run("gpt-proxy", "--version").stdout.strip() == package.name.split("_")[1]


def test_the_settings_from_the_units_are_complete(root):
    unit = root.file("/usr/lib/systemd/system/gpt-proxy@.service").read_text()
    credentials = root.file("/run/credentials")
    credentials.mkdir()
    for name, source in re.findall(r"^LoadCredential=(\w+):(\S+)$", unit, re.MULTILINE):
        shutil.copy(root.file(source), credentials / name)
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    program, *arguments = command.split()
    ended = root.run("env", "CREDENTIALS_DIRECTORY=/run/credentials", program, "check", *arguments)
    assert "OPENAI_API_KEY=(set, not shown)" in ended.stdout and "PROXY_API_KEY=(set, not shown)" in ended.stdout


def test_systemd_accepts_the_units(root):
    ended = root.run("systemd-analyze", "verify", "gpt-proxy.socket", "gpt-proxy@1.service")
    assert "gpt-proxy" not in ended.stdout + ended.stderr


def test_the_package_has_a_manual_page(root):
    page = root.run("man", "gpt-proxy").stdout
    assert "NAME" in page and "--listen" in page and "--env-file" in page and "EXIT STATUS" in page


def test_the_package_has_shell_completions(root):
    places = ["bash-completion/completions/gpt-proxy", "zsh/vendor-completions/_gpt-proxy", "fish/vendor_completions.d/gpt-proxy.fish"]
    for place in places:
        assert "env-file" in root.file(f"/usr/share/{place}").read_text()


def test_lintian_accepts_the_package(package):
    ended = subprocess.run(["lintian", "--fail-on", "error,warning", package], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout


def test_the_callers_key_is_generated_once_and_a_changed_setting_is_kept(root, install):
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
    # Like an administrator: this creates links that do not belong to a package.
    root.run("systemctl", "enable", "gpt-proxy.socket", "gpt-proxy@1", "gpt-proxy@2")
    assert "etc/systemd/system/sockets.target.wants/gpt-proxy.socket" in root.files
    root.run("apt-get", "purge", "--yes", "gpt-proxy")
    assert root.files <= debian.files | {"etc/systemd/system/sockets.target.wants"}
