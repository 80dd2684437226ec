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
        configuration.write_text(
            f"""
            server.document-root = "{self.directory}"
            server.bind = "127.0.0.1"
            server.port = {self.port}
            server.pid-file = "{self.directory}/lighttpd.pid"
            server.errorlog = "{self.directory}/lighttpd-error.log"
            server.upload-dirs = ( "{self.directory}" )
            {user}
            # As Debian has it.
            server.feature-flags += ( "server.graceful-shutdown-timeout" => 5 )
            include "{self.file(self.file_name)}"
            """
        )
        self.lighttpd = self.run("lighttpd", find_program("lighttpd"), "-D", "-f", configuration)

    @property
    def places(self):
        return super().places | {r"/run/lighttpd/gpt-proxy\.sock": self.directory / "gpt-proxy.sock"}

    def reload(self):
        self.lighttpd.signal(signal.SIGUSR1)


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
