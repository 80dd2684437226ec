"""The recipes with Apache."""

import signal

from processes import find_program
from recipe import IS_ROOT, SERVER_LIMIT, WEB_USER, Site
from workers import Workers

MODULES = "/usr/lib/apache2/modules"


class Apache(Site):
    # Modules in addition to those that Debian's Apache always loads.
    modules = []

    def start_apache(self, site):
        """Starts Apache, configured as by Debian, with a site's configuration."""
        names = ["mpm_event", "authz_core", "authz_host", "setenvif", "env", "alias", "filter", "deflate", "reqtimeout", *self.modules]
        load = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in names)
        configuration = self.directory / "apache2.conf"
        configuration.write_text(
            f"""
            ServerName localhost
            ServerRoot {self.directory}
            PidFile {self.directory}/apache2.pid
            DefaultRuntimeDir {self.directory}
            ErrorLog {self.directory}/apache2-error.log
            {load}
            {f"User {WEB_USER}" if IS_ROOT else ""}
            {f"Group {WEB_USER}" if IS_ROOT else ""}
            Listen 127.0.0.1:{self.port}
            ServerLimit 2
            StartServers 1
            ThreadsPerChild 50
            MaxRequestWorkers 100
            Timeout {SERVER_LIMIT}
            AddOutputFilterByType DEFLATE application/json text/event-stream
            {site}"""
        )
        arguments = ["-d", self.directory, "-f", configuration, "-DFOREGROUND"]
        self.apache = self.run("apache2", find_program("apache2"), *arguments)

    def listens(self):
        # Until its daemon runs, mod_cgid cannot start programs and responds with 503.
        return super().listens() and ("cgid" not in self.modules or any(self.directory.rglob("cgid.sock*")))

    @property
    def places(self):
        return super().places | {r"<VirtualHost \*:80>": f"<VirtualHost 127.0.0.1:{self.port}>"}

    def reload(self):
        self.signal_reload(self.apache, signal.SIGUSR1, "Doing graceful restart")


class ApacheProxyFCGI(Apache):
    name = "Apache, mod_proxy_fcgi"
    recipe = "apache-proxy-fcgi"
    modules = ["proxy", "proxy_fcgi"]

    def start(self):
        self.workers = Workers(self)
        self.start_apache(f"Include {self.file('gpt-proxy.conf')}")

    def revive(self):
        self.workers.revive()


class ApacheFcgid(Apache):
    name = "Apache, mod_fcgid"
    recipe = "apache-fcgid"
    modules = ["fcgid"]

    def start(self):
        self.start_apache(
            f"""
            FcgidIPCDir {self.directory}/fcgid
            FcgidProcessTableFile {self.directory}/fcgid-table
            Include {self.file("gpt-proxy.conf")}"""
        )


class ApacheSharedHost(Apache):
    name = "Apache, CGI"
    recipe = "shared-host"
    modules = ["cgid", "rewrite", "mime"]

    @property
    def places(self):
        return super().places | {r"/home/you/gpt-proxy && exec \./gpt-proxy": f"{self.etc} && exec {self.program}"}

    def start(self):
        pages = self.directory / "public_html"
        pages.mkdir()
        for name in [".htaccess", "gpt-proxy.fcgi"]:
            self.file(name).rename(pages / name)
        self.start_apache(
            f"""
            ScriptSock {self.directory}/cgid.sock
            TypesConfig /dev/null
            DocumentRoot {pages}
            <Directory {pages}>
                AllowOverride All
                Require all granted
            </Directory>"""
        )
