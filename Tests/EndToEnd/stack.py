"""The three processes of a deployment: the simulator in place of OpenAI, gpt-proxy, and nginx in front."""

import json
import os
import pwd
import re
import resource
import shutil
import socket
import urllib.request

import canaries
from canaries import OPENAI_KEY, PROXY_KEY
from processes import REPOSITORY, Process, find_program, remove, temporary_directory

# The number of idle connections to the responder that nginx keeps.
KEPT_CONNECTIONS = 64

# The FastCGI parameters that gpt-proxy requires, and no others.
FASTCGI_PARAMS = """
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param SCRIPT_NAME $fastcgi_script_name;
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_param CONTENT_TYPE $content_type;
    fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param REMOTE_ADDR $remote_addr;
    fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
    fastcgi_param HTTP_PROXY "";
"""


def as_user(name, *command):
    """A command that runs as another user, only in that user's own group."""
    user = pwd.getpwnam(name)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts_connections(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask_simulator(address, method, path):
    """Queries a simulator's own endpoints. Does not use Client, which fails if a response contains a key: upstream gets one."""
    with urllib.request.urlopen(urllib.request.Request(address + path, method=method), timeout=30) as reply:
        return json.load(reply)


class Simulator:
    """upstream-simulator, and the requests that it has received."""

    def __init__(self, binaries, *options):
        self.directory = temporary_directory()
        self.process = Process(
            "upstream-simulator",
            [binaries / "upstream-simulator", "--vectors", REPOSITORY / "Tests/Vectors", *options],
            self.directory,
        )
        self.process.wait_until(lambda: "listening on" in self.process.log, "has not started")
        self.base = re.search(r"listening on (\S+)", self.process.log)[1]

    def stop(self):
        self.process.stop()
        remove(self.directory)

    @property
    def open_connections(self):
        """The number of open connections, without the one that this query uses."""
        return self._ask("GET", "/_simulator/connections")["open"] - 1

    def _ask(self, method, path):
        return ask_simulator(self.base.removesuffix("/v1"), method, path)

    def forget(self):
        self._ask("DELETE", "/_simulator/requests")

    @property
    def requests(self):
        """The requests since the last `forget`, oldest first."""
        return self._ask("GET", "/_simulator/requests")

    @property
    def request(self):
        """The only request that was received."""
        (request,) = self.requests
        return request

    @property
    def body(self):
        """The body of the only request that was received."""
        return json.loads(self.request["body"])


def environment(simulator_base, **settings):
    """A complete configuration; a setting of None is left out."""
    defaults = {
        "OPENAI_API_KEY": OPENAI_KEY,
        "PROXY_API_KEY": PROXY_KEY,
        "OPENAI_BASE": simulator_base,
    }
    return {name: value for name, value in {**defaults, **settings}.items() if value is not None}


class Responder:
    """`gpt-proxy serve` on a unix socket, optionally with a limit of descriptors, or of memory or address space in kilobytes.
    `log` is a file, or a FIFO, for standard error. With `user` it runs as that user, which requires root."""

    def __init__(
        self, binaries, settings, directory, descriptors=None, memory=None, log=None, address_space=None, user=None
    ):
        self.socket = directory / "gpt-proxy.sock"
        command = [binaries / "gpt-proxy", "serve", "--listen", f"unix:{self.socket}"]
        for option, limit in [("n", descriptors), ("d", memory), ("v", address_space)]:
            if limit:
                command = ["sh", "-c", f'ulimit -{option} {limit} && exec "$@"', "sh", *command]
        if user:
            shutil.chown(directory, user)
            command = as_user(user, *command)
        if log:
            command = ["sh", "-c", 'exec "$@" 2> "$0"', log, *command]
        self.process = Process("gpt-proxy", command, directory, settings)
        self.process.wait_until(self.socket.exists, "has not created its socket")

    @property
    def log(self):
        return self.process.log

    def access_log(self):
        """The log's request lines, as objects."""
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in lines if "route" in line]


class Nginx:
    """nginx with three ports: `port` keeps its connections to the responder, `closing_port` opens one per request, and
    `passing_port` forwards bodies without buffering them."""

    def __init__(self, responder_socket, directory):
        self.port, self.closing_port, self.passing_port = free_port(), free_port(), free_port()
        configuration = directory / "nginx.conf"
        configuration.write_text(self._configuration(responder_socket, directory))
        self.process = Process("nginx", [find_program("nginx"), "-p", directory, "-c", configuration], directory)
        self.process.wait_until(
            lambda: all(map(accepts_connections, [self.port, self.closing_port, self.passing_port])), "does not listen"
        )

    def _configuration(self, responder_socket, directory):
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        # As root, nginx would run its workers as another user, which cannot open the socket.
        user = "user root;" if os.getuid() == 0 else ""
        temporary = "".join(
            f"{kind}_temp_path {directory}/{kind};\n"
            for kind in ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"]
        )
        servers = "".join(
            f"""
            server {{
                listen 127.0.0.1:{port};
                fastcgi_keep_conn {keep};
                fastcgi_request_buffering {buffering};
                {self._locations(responder)}
            }}"""
            # Not through the upstream block: nginx would send requests on connections that it has asked to be closed.
            for port, keep, buffering, responder in [
                (self.port, "on", "on", "responder"),
                (self.closing_port, "off", "on", f"unix:{responder_socket}"),
                (self.passing_port, "on", "off", "responder"),
            ]
        )
        return f"""
        {user}
        daemon off;
        worker_processes 1;
        worker_rlimit_nofile {descriptors};
        pid {directory}/nginx.pid;
        error_log {directory}/nginx-error.log;
        events {{ worker_connections {min(descriptors, 16384)}; }}
        http {{
            access_log off;
            client_max_body_size 64m;
            {temporary}
            fastcgi_buffering off;
            fastcgi_read_timeout 60s;
            upstream responder {{ server unix:{responder_socket}; keepalive {KEPT_CONNECTIONS}; }}
            {servers}
        }}"""

    def _locations(self, responder):
        """The responder at the root, and below one prefix for each other target."""
        overriding = "".join(
            f"location /{target}/ {{ fastcgi_pass {responder}; {FASTCGI_PARAMS}"
            f" fastcgi_param GPT_PROXY_TARGET_API {target}; }}\n"
            for target in ["completions", "chat", "nonsense"]
        )
        return f"location / {{ fastcgi_pass {responder}; {FASTCGI_PARAMS} }}\n{overriding}"


class Deployment:
    """A responder with nginx in front."""

    def __init__(self, binaries, settings, **options):
        """`options` are those of Responder."""
        self.directory = temporary_directory()
        try:
            self.responder = Responder(binaries, settings, self.directory, **options)
            self.nginx = Nginx(self.responder.socket, self.directory)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Stops both and checks that neither keys nor callers' content are in their logs or errors."""
        try:
            if self._is_running:
                canaries.sing(self.nginx.port)
        finally:
            self._end()

    @property
    def _is_running(self):
        return all(hasattr(self, name) and not getattr(self, name).process.has_ended for name in ["nginx", "responder"])

    def _end(self):
        for name in ["nginx", "responder"]:
            if hasattr(self, name):
                getattr(self, name).process.stop()
        logs = canaries.logs(self.directory)
        remove(self.directory)
        canaries.assert_no_canary(logs, "a log")
