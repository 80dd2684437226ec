"""The self-contained program as a CGI program of Apache, in a root directory that contains only the C library."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from apache import Apache
from client import streams_one_by_one
from processes import REPOSITORY

PROGRAM = REPOSITORY / ".build/static/gpt-proxy"


class BareRoot(Apache):
    name = "Apache, CGI in a bare root"
    modules = ["cgid"]

    def start(self):
        self.root = self.directory / "root"
        self.cgi = self.root / "cgi-bin"
        self.cgi.mkdir(parents=True)
        shutil.copy(PROGRAM, self.cgi)
        shutil.copy(self.etc / ".env", self.cgi)
        for library in c_library():
            place = self.root / library.relative_to("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, place)
        (self.root / "dev").mkdir()
        (self.root / "dev/null").touch()
        (self.root / "dev/null").chmod(0o666)
        # mod_cgid creates its socket before the root changes, and connects to the same path afterwards.
        run = self.root / self.directory.relative_to("/") / "run"
        run.mkdir(parents=True)
        (self.directory / "run").symlink_to(run)
        self.start_apache(
            f"""
            # glibc loads this library when a thread ends, and by then Apache can only see the bare root.
            LoadFile libgcc_s.so.1
            ChrootDir {self.root}
            ScriptSock {self.directory}/run/cgid.sock
            ScriptAlias / /cgi-bin/gpt-proxy/
            <Location "/">
                Require all granted
                CGIPassAuth On
                SetEnv no-gzip 1
            </Location>"""
        )


def c_library():
    """The paths of the loader and the libraries that the program needs."""
    listed = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
    return [Path(path) for path in re.findall(r"(/\S+)", listed)]


@pytest.fixture(scope="module")
def site(binaries, the_simulator):
    site = BareRoot(binaries, the_simulator.base)
    yield site
    site.stop()


def test_the_root_contains_only_the_c_library(site):
    libraries = [path.name for path in site.root.rglob("*.so*") if path.is_file()]
    assert all(re.match(r"(ld-linux-|lib(c|m|dl|rt|pthread|resolv)\.so)", name) for name in libraries), libraries
    assert {path.name for path in site.cgi.iterdir()} == {"gpt-proxy", ".env"}


def test_a_whole_response(site):
    assert "You said: hi" in site.client.ask("hi").text


def test_a_stream(site, vectors):
    assert streams_one_by_one(site.client, vectors)
