"""What goes wrong around the responder while it is under load: each kind of Tests/Faults/surroundings.py at random moments."""

import random
import threading
from collections import Counter

from surroundings import KINDS, Several

# Those that go wrong and get well again.
PASSING = {name: kind for name, kind in KINDS.items() if name != "first-name"}

# Between two troubles of a kind, and how long one lasts, in seconds.
PAUSE = (3, 30)
DURATION = (1, 8)


class Troubles:
    """Several kinds of surroundings, each with a thread of its own."""

    def __init__(self, names):
        self._surroundings = {name: PASSING[name]() for name in names}
        # All of them, for the deployment.
        self.surroundings = Several(list(self._surroundings.values()))
        # What goes wrong now, how often each kind did, and what could not be made to.
        self.current = set()
        self.done = Counter()
        self.failed = []

    def start(self):
        self._has_ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=item) for item in self._surroundings.items()]
        for thread in self._threads:
            thread.start()

    def end(self):
        """All is well again when this returns."""
        self._has_ended.set()
        for thread in self._threads:
            thread.join()

    def excuses(self, since):
        """Whether the web server may have found no socket at some time since this moment, by the monotonic clock."""
        file = self._surroundings.get("socket")
        return file is not None and file.was_absent_since(since)

    def _run(self, name, surroundings):
        while not self._has_ended.wait(random.uniform(*PAUSE)):
            self.current.add(name)
            try:
                if surroundings.moments:
                    random.choice(list(surroundings.moments.values()))()
                with surroundings.trouble():
                    self._has_ended.wait(random.uniform(*DURATION))
                self.done[name] += 1
            except OSError as error:
                self.failed.append(f"{name}: {error!r}")
            finally:
                self.current.discard(name)
