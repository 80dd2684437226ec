"""The container image: built with its Dockerfile, except for compiling, and run as by a container engine."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from client import streams_one_by_one
from nginx import Nginx
from processes import PATH, REPOSITORY, find_program, remove, temporary_directory
from recipe import RECIPES
from roots import Root
from stack import OPENAI_KEY, PROXY_KEY

FOLDER = RECIPES / "docker"
PROGRAM = REPOSITORY / ".build/static/gpt-proxy"

# The user ID of nginx in its official image.
NGINX = "101"


class Image:
    """The image and its root directory."""

    def __init__(self, debian, directory):
        self.directory = directory
        text = (FOLDER / "Dockerfile").read_text()
        (base,) = re.findall(r"^FROM (\S+)$", text, re.MULTILINE)
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, debian.path, "/")
        self.buildah("commit", "--quiet", "--rm", container, f"docker.io/library/{base}")
        # Replaces the build stage.
        built = directory / "built"
        built.mkdir()
        shutil.copy(PROGRAM, built)
        options = ["--isolation", "chroot", "--pull-never", "--format", "docker", "--build-context", f"build={built}"]
        self.buildah("bud", *options, "--file", FOLDER / "Dockerfile", "--tag", "gpt-proxy", REPOSITORY)
        inspected = json.loads(self.buildah("inspect", "--type", "image", "gpt-proxy"))
        self.configuration = inspected["Docker"]["config"]
        self.root = Root(Path(self.buildah("mount", self.buildah("from", "--pull-never", "gpt-proxy"))))

    def buildah(self, *arguments):
        place = ["--root", self.directory / "storage", "--runroot", self.directory / "run", "--storage-driver", "vfs"]
        ended = subprocess.run(["buildah", *place, *arguments], env={"PATH": PATH}, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout.strip()

    def command(self, arguments, mounts, **settings):
        """The command line that runs a command in the image according to its configuration and compose.yaml."""
        variables = [*self.configuration["Env"], *(f"{name}={value}" for name, value in settings.items())]
        user = self.configuration["User"]
        return self.root.command("env", "-i", *variables, *arguments, user=user, mode="read-only", mounts=mounts)


class Containers(Nginx):
    """Both containers: gpt-proxy in its image, and nginx with its configuration and privileges."""

    name = "containers"
    recipe = "docker"

    def __init__(self, image, binaries, upstream):
        self.image, self.upstream = image, upstream
        super().__init__(binaries, upstream)

    @property
    def places(self):
        return super().places | {
            "listen 8080;": f"listen 127.0.0.1:{self.port};",
            "(?<= )/tmp/": f"{self.directory}/tmp/",
            "/dev/stdout": f"{self.directory}/access.log",
        }

    def start(self):
        user, group = map(int, self.image.configuration["User"].split(":"))
        # A new volume has the owner and mode of the image's directory.
        volume, secrets = self.directory / "volume", self.directory / "secrets"
        made = self.image.root.file("/run/gpt-proxy").stat()
        self.socket = volume / "gpt-proxy.sock"
        volume.mkdir(made.st_mode & 0o777)
        shutil.chown(volume, made.st_uid, made.st_gid)
        # The same layout of files and links as in Kubernetes.
        (secrets / "..data").mkdir(parents=True)
        for name, key in {"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY}.items():
            (secrets / "..data" / name).write_text(key)
            (secrets / "..data" / name).chmod(0o400)
            shutil.chown(secrets / "..data" / name, user, group)
            (secrets / name).symlink_to(f"..data/{name}")
        self.mounts = {volume: "/run/gpt-proxy", secrets: "/run/secrets"}
        start = self.image.configuration["Entrypoint"] + self.image.configuration["Cmd"]
        self.container = self.run("gpt-proxy", *self.image.command(start, self.mounts, OPENAI_BASE=self.upstream))
        self.container.wait_until(self.socket.exists, "has not created its socket")

        configuration = self.file("nginx.conf")
        (self.directory / "tmp").mkdir()
        for path in [self.directory, self.directory / "tmp"]:
            shutil.chown(path, int(NGINX), int(NGINX))
        become = ["setpriv", "--reuid", NGINX, "--regid", NGINX, "--groups", str(group), "--no-new-privs", "--"]
        nginx = [find_program("nginx"), "-p", self.directory, "-c", configuration, "-g", "daemon off;"]
        self.run("nginx", *become, *nginx)

    @property
    def first_process(self):
        """The program, which is the first process of its container."""
        parent = self.container.child.pid
        (pid,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return int(pid)

    def terminate(self):
        os.kill(self.first_process, signal.SIGTERM)
        return self.container.wait()

    def stop(self):
        if hasattr(self, "container") and not self.container.has_ended:
            self.terminate()
        super().stop()

    @property
    def is_healthy(self):
        kind, *check = self.image.configuration["Healthcheck"]["Test"]
        assert kind == "CMD"
        return subprocess.run(self.image.command(check, self.mounts), env={"PATH": PATH}).returncode == 0


@pytest.fixture(scope="module")
def image(debian):
    directory = temporary_directory()
    yield Image(debian, directory)
    remove(directory)


@pytest.fixture
def site(image, binaries, the_simulator):
    site = Containers(image, binaries, the_simulator.base)
    yield site
    site.stop()


def test_a_whole_response_and_a_stream_pass_both_containers(site, vectors):
    assert site.client.ask("hi").status == 200

    assert streams_one_by_one(site.client, vectors)


def test_the_program_runs_without_privileges(site):
    status = dict(line.split(":\t") for line in Path(f"/proc/{site.first_process}/status").read_text().splitlines())
    assert status["Uid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == 0


def test_the_container_is_healthy_until_it_stops(site):
    assert site.is_healthy
    assert site.terminate() == 0
    assert not site.is_healthy


def test_a_stream_is_completed_when_the_container_is_stopped(site):
    with site.client.stream("[simulate pace=100 deltas=10]") as stream:
        begin = stream.read_until(b"output_text.delta")
        os.kill(site.first_process, signal.SIGTERM)
        assert b"event: response.completed" in begin + stream.rest()
    assert site.container.wait() == 0
