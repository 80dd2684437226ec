"""An upstream that sends arbitrary responses, including those that a correct upstream would not send."""

import contextlib
import http.server
import json
import ssl
import threading
import time


class Upstream:
    """Responds to every request with `status`, `headers` and `body`, byte for byte, and records the requests."""

    def __init__(self, address=("127.0.0.1", 0), certificate=None):
        """With the files of a certificate it uses TLS, and its base is at `localhost`."""
        self.status, self.headers, self.body = 200, {"Content-Type": "application/json"}, b"{}"
        self.requests = []
        # An event that the response waits for; None if it does not wait.
        self.hold = None
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                upstream.requests.append((self.command, self.path, dict(self.headers), body))
                if upstream.hold:
                    upstream.hold.wait(60)
                self.send_response(upstream.status)
                for name, value in upstream.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(upstream.body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    for piece in upstream.pieces:
                        self.wfile.write(piece)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(address, Handler)
        self.port = self.server.server_port
        self.base = f"http://{address[0]}:{self.port}/v1"
        if certificate:
            self.base = f"https://localhost:{self.port}/v1"
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.renew(certificate)
            self.server.socket = self._tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def pieces(self):
        """The body as it is sent: events one by one, with a pause so that the proxy forwards each before the next arrives."""
        if self.headers["Content-Type"] != "text/event-stream":
            yield self.body
            return
        *whole, last = self.body.split(b"\n\n")
        for event in [event + b"\n\n" for event in whole] + [last] * bool(last):
            yield event
            time.sleep(0.1)

    def says(self, body, status=200, **headers):
        """Sets the response from now on; `body` is bytes, or a value for JSON."""
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.headers = {"Content-Type": "application/json", **headers}

    def streams(self, *events):
        """Sets the response to a stream of events, each a pair of a name and a value for JSON; the name may be empty."""
        lines = [f"event: {name}\n" * bool(name) + f"data: {json.dumps(data)}\n\n" for name, data in events]
        self.says("".join(lines).encode(), **{"Content-Type": "text/event-stream"})

    def renew(self, certificate):
        """Uses another certificate from now on."""
        self._tls.load_cert_chain(*certificate)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
