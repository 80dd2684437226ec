"""The recipes with lighttpd."""

import signal

from processes import find_program
from recipe import IS_ROOT, WEB_USER, Site
from workers import Workers


class Lighttpd(Site):
    recipe = "lighttpd"
    file_name = "gpt-proxy.conf"

    def start_lighttpd(self):
        configuration = self.directory / "lighttpd.conf"
        user = f'server.username = "{WEB_USER}"\nserver.groupname = "{WEB_USER}"' if IS_ROOT else ""
        pid_file = self.directory / "root/lighttpd.pid"
        pid_file.parent.mkdir(mode=0o700)
        configuration.write_text(
            f"""
            server.document-root = "{self.directory}"
            server.bind = "127.0.0.1"
            server.port = {self.port}
            server.errorlog = "{self.directory}/lighttpd-error.log"
            server.upload-dirs = ( "{self.directory}" )
            {user}
            # Like Debian: a PID file that only root can access, a short time for graceful shutdown, and include_shell.
            # Without these, a new process may run before the old one can handle its signal, and streams end.
            server.pid-file = "{pid_file}"
            include_shell "/usr/share/lighttpd/create-mime.conf.pl"
            server.feature-flags += ( "server.graceful-shutdown-timeout" => 5 )
            include "{self.file(self.file_name)}"
            """
        )
        self.lighttpd = self.run("lighttpd", find_program("lighttpd"), "-D", "-f", configuration)

    @property
    def places(self):
        return super().places | {"/run/lighttpd/": f"{self.directory}/"}

    def reload(self):
        self.signal_reload(self.lighttpd, signal.SIGUSR1, "graceful shutdown started")


class LighttpdSocket(Lighttpd):
    name = "lighttpd, socket"

    def start(self):
        self.workers = Workers(self)
        self.start_lighttpd()

    def revive(self):
        self.workers.revive()


class LighttpdBinPath(Lighttpd):
    name = "lighttpd, bin-path"
    file_name = "gpt-proxy-bin-path.conf"

    def start(self):
        self.start_lighttpd()
