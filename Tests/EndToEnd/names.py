"""DNS names that the tests control: the result of each lookup, and the number of lookups."""

import tempfile
from pathlib import Path

from preload import library


class Names:
    """Names that have no addresses until they are set."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(dir=library("names.c").parent)
        self._file, self._log = (Path(self._directory.name) / name for name in ["names", "log"])
        self._answers = {}
        self._log.touch()
        self._write()
        self.environment = {
            "LD_PRELOAD": str(library("names.c")), "NAMES_FILE": str(self._file), "NAMES_LOG": str(self._log)
        }

    def set(self, name, answer):
        """From now on, lookups of the name return these addresses; see names.c for other results."""
        self._answers[name] = answer
        self._write()

    def forget(self):
        """From now on, no name has addresses, and no lookup hangs."""
        self._answers = dict.fromkeys(self._answers, "unknown")
        self._write()

    def lookups(self, name):
        """How many times the name was looked up."""
        return self._log.read_text().splitlines().count(name)

    def _write(self):
        new = self._file.with_name("new")
        new.write_text("".join(f"{name} {answer}\n" for name, answer in self._answers.items()))
        new.rename(self._file)
