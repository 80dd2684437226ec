"""Directories whose file operations block until a test releases them, as on a mount whose server is down."""

import ctypes
import errno
import os
import select
import stat
import struct
import threading
import time

import pytest

from preload import library
from processes import temporary_directory


class PreloadedHang:
    """A directory whose file operations block in a program that is started with `environment`."""

    def __init__(self):
        self.directory = temporary_directory()
        self._switch = self.directory / "..hangs"
        self.environment = {
            "LD_PRELOAD": str(library("hang.c")),
            "HANG_BELOW": str(self.directory) + "/",
            "HANG_WHILE": str(self._switch),
        }

    def write(self, name, text):
        """Writes a file, replacing one of the same name."""
        new = self.directory / (name + ".new")
        new.write_text(text)
        new.rename(self.directory / name)
        return self.directory / name

    def hang(self):
        self._switch.touch()

    def answer(self):
        self._switch.unlink(missing_ok=True)

    def stop(self):
        self.answer()


class HangingMount:
    """A read-only file system that this process serves (FUSE), using the kernel's protocol: see fuse(4) and linux/fuse.h.

    While it hangs it reads no requests, like a server that has stopped. A request that was read but not answered would keep
    the process that made it from ending, even if it is killed: Linux waits for the answer."""

    LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, FLUSH, INIT, INTERRUPT, BATCH_FORGET = 1, 2, 3, 14, 15, 18, 25, 26, 36, 42
    ROOT = 1
    MS_NOSUID, MS_NODEV, MNT_DETACH = 2, 4, 2

    environment = {}

    def __init__(self):
        self.directory = temporary_directory()
        self._texts = {}
        self._answers = threading.Event()
        self._answers.set()
        self._libc = ctypes.CDLL(None, use_errno=True)
        if os.getuid() != 0:
            pytest.skip("only root can mount a file system")
        try:
            self._device = os.open("/dev/fuse", os.O_RDWR)
        except OSError as error:
            pytest.skip(f"FUSE is not available: {error}")
        options = f"fd={self._device},rootmode=40000,user_id=0,group_id=0,allow_other"
        arguments = [b"test", os.fsencode(self.directory), b"fuse", self.MS_NOSUID | self.MS_NODEV, options.encode()]
        if self._libc.mount(*arguments) != 0:
            os.close(self._device)
            pytest.skip(f"cannot mount a file system: {os.strerror(ctypes.get_errno())}")
        self._is_stopping = False
        self._server = threading.Thread(target=self._serve, daemon=True)
        self._server.start()

    def write(self, name, text):
        """Writes a file, replacing one of the same name."""
        self._texts[name] = (text.encode(), time.time_ns())
        return self.directory / name

    def hang(self):
        self._answers.clear()
        time.sleep(0.1)

    def answer(self):
        self._answers.set()

    def stop(self):
        self._is_stopping = True
        self.answer()
        self._server.join()
        self._libc.umount2(os.fsencode(self.directory), self.MNT_DETACH)
        # Processes that still wait for the file system get an error now.
        os.close(self._device)

    def _serve(self):
        while True:
            self._answers.wait()
            if self._is_stopping:
                return
            try:
                # A short timeout, so that the thread soon notices when it should hang or stop.
                if not select.select([self._device], [], [], 0.05)[0]:
                    continue
                request = os.read(self._device, 1 << 17)
            except OSError:
                return
            _, operation, unique, node = struct.unpack_from("=IIQQ", request)
            if operation in (self.FORGET, self.BATCH_FORGET, self.INTERRUPT):
                continue
            try:
                body, code = self._answer(operation, node, request[40:]), 0
            except OSError as error:
                body, code = b"", error.errno
            try:
                os.write(self._device, struct.pack("=IiQ", 16 + len(body), -code, unique) + body)
            except OSError:
                # The process that made the request no longer waits for the answer.
                pass

    def _answer(self, operation, node, body):
        if operation == self.INIT:
            return struct.pack("=IIIIHHII", 7, 31, 0, 0, 0, 0, 1 << 16, 1).ljust(64, b"\0")
        if operation == self.LOOKUP:
            name = body[:-1].decode()
            if name not in self._texts:
                raise OSError(errno.ENOENT, name)
            found = self._node(name)
            return struct.pack("=QQQQII", found, 0, 0, 0, 0, 0) + self._attributes(found)
        if operation == self.GETATTR:
            return struct.pack("=QII", 0, 0, 0) + self._attributes(node)
        if operation == self.OPEN:
            # FOPEN_DIRECT_IO: the kernel's page cache is not used.
            return struct.pack("=QII", 0, 1, 0)
        if operation == self.READ:
            _, offset, size = struct.unpack_from("=QQI", body)
            return self._text(node)[0][offset : offset + size]
        if operation in (self.RELEASE, self.FLUSH):
            return b""
        raise OSError(errno.ENOSYS, "not served")

    def _node(self, name):
        return self.ROOT + 1 + list(self._texts).index(name)

    def _text(self, node):
        return list(self._texts.values())[node - self.ROOT - 1]

    def _attributes(self, node):
        text, time = (b"", 0) if node == self.ROOT else self._text(node)
        mode = stat.S_IFDIR | 0o755 if node == self.ROOT else stat.S_IFREG | 0o644
        seconds, nanoseconds = divmod(time, 10**9)
        return struct.pack(
            "=QQQQQQIIIIIIIIII", node, len(text), 0, *[seconds] * 3, *[nanoseconds] * 3, mode, 1, 0, 0, 0, 4096, 0
        )
