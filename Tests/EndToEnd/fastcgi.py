"""FastCGI records as a web server writes them (FastCGI specification, sections 3.3 and 3.4)."""

import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6


def record(kind, content=b""):
    """One record of request 1."""
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def begin(role=1, keep=False):
    return record(BEGIN, struct.pack(">HB5x", role, keep))


def pair(name, value):
    """A name and a value of less than 128 bytes each."""
    return bytes([len(name), len(value)]) + name + value


def request(variables, body=b"", keep=True):
    """A whole request; the body has less than 64 KB."""
    parameters = b"".join(pair(name.encode(), value.encode()) for name, value in variables.items())
    content = record(STDIN, body) if body else b""
    return begin(keep=keep) + record(PARAMS, parameters) + record(PARAMS) + content + record(STDIN)
