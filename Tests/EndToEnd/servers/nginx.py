"""The recipes with nginx."""

import signal

from processes import find_program
from recipe import IS_ROOT, WEB_USER, Site
from workers import Workers


class Nginx(Site):
    def start_nginx(self):
        temporary = "".join(
            f"{kind}_temp_path {self.directory}/{kind};\n" for kind in ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"]
        )
        configuration = self.directory / "nginx.conf"
        configuration.write_text(
            f"""
            {f"user {WEB_USER};" if IS_ROOT else ""}
            daemon off;
            worker_processes 1;
            pid {self.directory}/nginx.pid;
            error_log {self.directory}/nginx-error.log notice;
            events {{ worker_connections 512; }}
            http {{
                access_log off;
                {temporary}
                include {self.file("gpt-proxy.conf")};
            }}"""
        )
        self.nginx = self.run("nginx", find_program("nginx"), "-p", self.directory, "-c", configuration)

    @property
    def places(self):
        return super().places | {
            "listen 80;": f"listen 127.0.0.1:{self.port};",
            "include fastcgi_params;": "include /etc/nginx/fastcgi_params;",
        }

    def reload(self):
        self.signal_reload(self.nginx, signal.SIGHUP, "reconfiguring")


class NginxSystemd(Nginx):
    name = "nginx, systemd"
    recipe = "nginx-systemd"

    def start(self):
        self.workers = Workers(self)
        self.start_nginx()

    def revive(self):
        self.workers.revive()


class NginxSpawnFCGI(Nginx):
    name = "nginx, spawn-fcgi, connections kept"
    recipe = "nginx-spawn-fcgi"

    @property
    def places(self):
        users = "-U gpt-proxy -G www-data -u gpt-proxy -g www-data"
        mine = f"-U {WEB_USER} -G {WEB_USER} -u {WEB_USER} -g {WEB_USER}" if IS_ROOT else ""
        return super().places | {users: mine}

    def start(self):
        spawned = self.run("spawn-fcgi", self.file("start"))
        spawned.wait_until(lambda: spawned.log.count('"started"') >= 2, "has not started gpt-proxy twice")
        self.start_nginx()


class NginxFCGIWrap(Nginx):
    name = "nginx, fcgiwrap"
    recipe = "nginx-fcgiwrap"

    @property
    def places(self):
        return super().places | {
            r"/run/fcgiwrap\.socket": self.directory / "fcgiwrap.socket",
            r"/usr/lib/gpt-proxy/gpt-proxy\.cgi": self.directory / "gpt-proxy.cgi",
        }

    def start(self):
        self.file("gpt-proxy.cgi")
        socket = self.directory / "fcgiwrap.socket"
        wrapper = self.run("fcgiwrap", find_program("fcgiwrap"), "-f", "-c", "8", "-s", f"unix:{socket}")
        wrapper.wait_until(socket.exists, "has not created its socket")
        socket.chmod(0o666)
        self.start_nginx()
