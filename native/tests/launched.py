"""Starts sampan-launch with a plan and talks to the monitor as the daemon does."""
import array
import json
import os
import shutil
import socket
import struct
import tempfile

import plan_builder as pb

LAUNCHER = os.environ.get("SAMPAN_LAUNCH") or os.path.join(pb.HERE, "../../build/native/sampan-launch")
MESSAGE = struct.Struct("<IIqqqq")
CREATED, STARTED, FAILED, EXITED, STATE, DETACHED, OOM_SEEN, GO, START, RESIZE = 1, 2, 3, 4, 5, 6, 7, 16, 17, 18
ATTACH, SUPERVISE = 1, 2
STDIN, STDOUT, STDERR, RAW, FDS = 1, 2, 4, 8, 16
MAGIC = 0x314E4D53
DEADLINE = float(os.environ.get("SAMPAN_TEST_DEADLINE", "60"))


def message(kind, a=0, b=0, c=0, d=0):
    return MESSAGE.pack(kind, 0, a, b, c, d)


class Task:
    """One launch in a directory of its own. Used as a context: nothing is left behind."""

    def __init__(self, plan, slots=(), control=True, extra=None):
        self.plan, self.slots, self.with_control, self.extra = plan, list(slots), control, extra
        self.root = None
        self.control = None

    def __enter__(self):
        self.pid = None
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.settimeout(DEADLINE)
        memfd = os.memfd_create("plan")
        data = self.plan if isinstance(self.plan, bytes) else self.plan.encode()
        os.write(memfd, data)
        moves = [memfd, there.fileno() if self.with_control else -1] + self.slots
        self.pid = os.fork()
        if self.pid == 0:
            try:
                high = [os.dup2(fd, 601 + i, inheritable=False) if fd >= 0 else -1 for i, fd in enumerate(moves)]
                image = os.dup2(os.open(LAUNCHER, os.O_RDONLY), 600, inheritable=False)
                extra = {os.dup2(fd, 900 + number, inheritable=False): number for fd, number in (self.extra or {}).items()}
                os.closerange(3, 600)
                for i, fd in enumerate(high):
                    if fd >= 0:
                        os.dup2(fd, 3 + i, inheritable=True)
                for fd, number in extra.items():
                    os.dup2(fd, number, inheritable=True)
                os.execve(image, ["sampan-launch"], os.environ)
            except BaseException as failure:
                os.write(2, f"launched.py: {failure}\n".encode())
            finally:
                os._exit(99)
        os.close(memfd)
        there.close()
        self.control = here
        return self

    def __exit__(self, *_):
        self.control.close()
        if self.pid:
            try:
                os.kill(self.pid, 9)
            except ProcessLookupError:
                pass
            try:
                os.waitpid(self.pid, 0)
            except ChildProcessError:
                pass

    def receive(self):
        """(type, a, b, c, d, text) or None at the end."""
        packet = self.control.recv(8192)
        if not packet:
            return None
        kind, length, a, b, c, d = MESSAGE.unpack(packet[: MESSAGE.size])
        rest = packet[MESSAGE.size :]
        assert len(rest) == length
        return kind, a, b, c, d, rest

    def expect(self, kind):
        got = self.receive()
        assert got and got[0] == kind, f"expected {kind}, got {got}"
        return got

    def finish(self):
        """Waits for the launcher itself; its exit status."""
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)


class Directory:
    """A task's directory and log."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="sampan-native-")
        self.log = os.path.join(self.path, "log.json")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def read(self, name):
        with open(os.path.join(self.path, name)) as f:
            return f.read()

    def numbers(self, name):
        return [int(n) for n in self.read(name).split()]

    def lines(self, path=None):
        with open(path or self.log, "rb") as f:
            return [json.loads(line) for line in f.read().decode().splitlines()]

    def output(self, stream="stdout"):
        return "".join(line["log"] for line in self.lines() if line["stream"] == stream)

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        here = os.open(self.path, os.O_PATH)
        client.connect(f"/proc/self/fd/{here}/attach.sock")
        client.settimeout(DEADLINE)
        os.close(here)
        return client

    def attach(self, role=ATTACH, flags=0, fds=(), keys=b""):
        client = self.connect()
        hello = struct.pack("<IIII", MAGIC, role, flags, len(keys))
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        client.sendmsg([hello], rights)
        if keys:
            client.sendall(keys)
        return client


def frame(kind, data=b""):
    return struct.pack("<B3xI", kind, len(data)) + data


def receive_exactly(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            break
        data += part
    return data


def receive_all(sock):
    parts = []
    while part := sock.recv(65536):
        parts.append(part)
    return b"".join(parts)


def demultiplex(data):
    streams = {1: b"", 2: b""}
    while data:
        kind, length = struct.unpack(">B3xI", data[:8])
        streams[kind] += data[8 : 8 + length]
        data = data[8 + length :]
    return streams[1], streams[2]


def receive_message(sock):
    packet = receive_exactly(sock, MESSAGE.size)
    if not packet:
        return None
    kind, length, a, b, c, d = MESSAGE.unpack(packet)
    return kind, a, b, c, d, receive_exactly(sock, length)
