"""Root directories for programs that must not depend on this machine's files."""

import shutil
import subprocess

from processes import PATH

# Mounts the kernel's file systems and other directories below a root, makes everything else read-only if requested, and runs a
# command there. The mount namespace ends with the command, and nothing stays mounted.
ENTER = """
set -e
root=$1 mode=$2; shift 2
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do mount --bind "$1" "$root$2"; shift 2; done
shift
[ "$mode" = writable ] || mount -o remount,bind,ro "$root"
exec chroot "--userspec=$1" --groups= "$root" "${@:2}"
"""


class Root:
    """A root directory."""

    def __init__(self, path):
        self.path = path

    def command(self, *command, user="0:0", mode="writable", mounts=None):
        """The command line that runs a command there as the first process of a namespace.

        `mounts` maps directories of this machine to paths below the root.
        """
        places = [str(part) for pair in (mounts or {}).items() for part in pair]
        enter = ["bash", "-c", ENTER, "enter", self.path, mode, *places, "--", user]
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", *enter, *command]

    def run(self, *command, **options):
        """Runs a command there until it exits; returns the completed process with its output as text."""
        ended = subprocess.run(
            self.command(*command, **options),
            env={"PATH": PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended

    def copy(self, path):
        subprocess.run(["cp", "-a", "--reflink=auto", self.path, path], check=True)
        return Root(path)

    def file(self, name):
        return self.path / name.lstrip("/")

    @property
    def files(self):
        """The paths of all files, except for caches, logs and databases of package managers."""
        kept = ("var/cache/", "var/lib/apt/", "var/lib/dpkg/", "var/log/", "tmp/")
        found = {str(path.relative_to(self.path)) for path in self.path.rglob("*")}
        return {name for name in found if not name.startswith(kept)}


def debootstrap(path):
    """Makes a minimal Debian root, from the mirror that this machine uses."""
    with open("/etc/os-release") as release:
        (codename,) = [line.split("=")[1].strip() for line in release if line.startswith("VERSION_CODENAME=")]
    targets = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", f"Codename: {codename}"]
    mirror = subprocess.run(targets, capture_output=True, text=True, check=True).stdout.split()[0]
    # systemd and man-db are for the package's units and manual page.
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=ca-certificates,man-db,systemd", codename, path, mirror],
        env={"PATH": PATH},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    shutil.copy("/etc/resolv.conf", path / "etc")
    return Root(path)
