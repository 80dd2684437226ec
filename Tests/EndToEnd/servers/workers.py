"""Replaces a service manager with the recipes' units: keeps the listening socket and runs workers on it."""

import os
import shutil
import signal
import socket

from recipe import IS_ROOT, WEB_USER


class Workers:
    """Two workers with the listening socket as descriptor 0."""

    def __init__(self, site):
        self.site = site
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(site.socket))
        self.listener.listen(1024)
        if IS_ROOT:
            shutil.chown(site.socket, group=WEB_USER)
        os.chmod(site.socket, 0o660)
        self.processes = [self.start(number) for number in (1, 2)]

    def start(self, number):
        name = f"worker-{number}"
        # The log also contains the output of earlier workers with this number.
        log = self.site.directory / f"{name}.log"
        said = log.read_text().count("started") if log.exists() else 0
        process = self.site.run(
            name,
            self.site.program,
            "--env-file",
            self.site.etc / ".env",
            stdin=self.listener,
            environment={"STATE_DIR": str(self.site.state)},
        )
        process.wait_until(lambda: process.log.count("started") > said, "does not serve")
        return process

    def restart(self, index):
        """Restarts a worker like `systemctl restart`."""
        self.processes[index].signal(signal.SIGTERM)
        self.processes[index].wait()
        self.processes[index] = self.start(index + 1)

    def revive(self):
        self.processes = [
            self.start(number) if process.has_ended else process for number, process in enumerate(self.processes, 1)
        ]
