"""README's table of faults."""

from faults import FAULTS
from processes import REPOSITORY

README = REPOSITORY / "README.md"
HEAD = ["fault", "what the client sees", "tried", "survived"]


def rows(outcomes):
    """Makes the table's rows, as lists of cells, from the outcomes by fault."""
    table = {}
    for fault, outcome in outcomes.items():
        row = table.setdefault(fault.row, [fault.row, fault.words, 0, 0])
        assert row[1] == fault.words, f"{fault.row}: two different results in one row"
        row[2] += outcome.tried
        row[3] += outcome.survived
    return [[str(cell) for cell in row] for row in table.values()]


def lines(rows):
    return ["| " + " | ".join(row) + " |" for row in [HEAD, ["---"] * len(HEAD), *rows]]


def read():
    """The rows in README."""
    text = README.read_text().splitlines()
    start = text.index(lines([])[0]) + 2
    found = []
    for line in text[start:]:
        if not line.startswith("| "):
            break
        found.append(line.strip("| ").split(" | "))
    return found


def write(rows):
    """Replaces README's rows for the same faults with these rows; the order is that of `FAULTS`."""
    known = {row[0]: row for row in [*read(), *rows]}
    rows = [known[name] for name in dict.fromkeys(fault.row for fault in FAULTS) if name in known]
    text = README.read_text().splitlines()
    start = text.index(lines([])[0])
    end = next(index for index in range(start, len(text)) if not text[index].startswith("|"))
    README.write_text("\n".join(text[:start] + lines(rows) + text[end:]) + "\n")
