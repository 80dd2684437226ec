"""A headless Chromium, controlled with the DevTools protocol over two pipes: no port, no driver, no library."""

import base64
import json
import os
import select
import time

from processes import Process, find_program, is_installed, remove, temporary_directory, wait_until

# For hang detection only.
TIMEOUT = 30


class Browser:
    """One Chromium with one page, and the page's requests and complaints."""

    @staticmethod
    def is_installed():
        return is_installed("chromium")

    def __init__(self, width=1280, height=900, is_dark=False):
        self.directory = temporary_directory()
        self.requests = []
        self.complaints = []
        self._number = 0
        self._received = b""
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # Chromium reads commands from descriptor 3 and writes to 4; bash moves our descriptors there.
        self.process = Process(
            "chromium",
            ["bash", "-c", f'exec 3<&{theirs_in} 4>&{theirs_out} && exec "$@"', "bash", find_program("chromium")]
            + ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
            + ["--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--log-level=3"]
            + [f"--user-data-dir={self.directory}/profile", "--remote-debugging-pipe", "about:blank"],
            self.directory,
            {"HOME": str(self.directory)},
            pass_fds=(theirs_in, theirs_out),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._session = None
        self._session = self._attach()
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.resize(width, height)
        self.prefer("color-scheme", "dark" if is_dark else "light")

    def _attach(self):
        pages = []

        def has_page():
            targets = self.call("Target.getTargets")["targetInfos"]
            pages[:] = [target["targetId"] for target in targets if target["type"] == "page"]
            return pages

        assert wait_until(has_page, TIMEOUT), "Chromium has not opened a page"
        return self.call("Target.attachToTarget", targetId=pages[0], flatten=True)["sessionId"]

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.wait_for("location.href != 'about:blank' && document.readyState == 'complete'", f"{address} is not loaded")

    def resize(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def prefer(self, feature, value):
        """Sets a user preference: `color-scheme`, `reduced-motion`."""
        features = [{"name": f"prefers-{feature}", "value": value}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def press(self, key):
        """Presses and releases a key."""
        for kind in ["keyDown", "keyUp"]:
            code = {"Tab": 9, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39, "Enter": 13, "Escape": 27}[key]
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def evaluate(self, expression):
        """The value of an expression in the page, as far as JSON can represent it."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    @property
    def text(self):
        """The text that a user reads."""
        return self.evaluate("document.body.innerText")

    def wait_for(self, expression, what):
        """Waits until an expression is true in the page."""
        assert wait_until(lambda: self.evaluate(expression), TIMEOUT, 0.1), f"{what}; the page's text:\n{self.text}"

    def screenshot(self, path, is_whole=False):
        """Writes a PNG of the visible part, or of the whole page."""
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=is_whole)
        path.write_bytes(base64.b64decode(picture["data"]))

    def call(self, method, **parameters):
        """Sends a command of the protocol and returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT
        while True:
            answer = self._receive(deadline, method)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._notice(answer)

    def _receive(self, deadline, method):
        while b"\0" not in self._received:
            remaining = deadline - time.monotonic()
            assert remaining > 0 and select.select([self._in], [], [], remaining)[0], f"{method}: no answer"
            data = os.read(self._in, 1 << 20)
            assert data, f"Chromium has ended: {self.process.log}"
            self._received += data
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)

    def _notice(self, event):
        parameters = event.get("params", {})
        match event["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters))
            case "Log.entryAdded":
                self.complaints.append(parameters["entry"]["text"])

    def close(self):
        os.close(self._out)
        os.close(self._in)
        self.process.stop()
        remove(self.directory)
