"""Faults around the responder while it is under load: each kind of Tests/Faults/surroundings.py at random times."""

import random
import threading
from collections import Counter

from surroundings import KINDS, Several

# The kinds that are temporary.
PASSING = {name: kind for name, kind in KINDS.items() if name != "first-name"}

# The ranges of the pause between two faults of a kind and of a fault's duration, in seconds.
PAUSE = (3, 30)
DURATION = (1, 8)


class Troubles:
    """Several kinds of surroundings, each on its own thread."""

    def __init__(self, names):
        self._surroundings = {name: PASSING[name]() for name in names}
        # All kinds together, for the deployment.
        self.surroundings = Several(list(self._surroundings.values()))
        # The faults in progress, the number of faults of each kind, and errors while causing them.
        self.current = set()
        self.done = Counter()
        self.failed = []

    def start(self):
        self._has_ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=item) for item in self._surroundings.items()]
        for thread in self._threads:
            thread.start()

    def end(self):
        """Ends all faults and waits until they have ended."""
        self._has_ended.set()
        for thread in self._threads:
            thread.join()

    def excuses(self, since):
        """Whether the socket file may have been missing at any time since `since`, a time of the monotonic clock."""
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
