"""Starts programs and takes the time from before the spawn to after the reaping.

A small child process does it, forked before this one grows: spawning then costs the same for
every engine, and the child may live in another process's mount namespace (peers that are
installed in a tree of their own).
"""

import ctypes
import json
import os
import signal
import socket
import time

CLONE_NEWNS = 0x00020000
MS_REC_PRIVATE = 0x4000 | 0x40000
OPEN_TREE_CLONE = 1
AT_RECURSIVE = 0x8000
AT_FDCWD = -100
MOVE_MOUNT_F_EMPTY_PATH = 4
NR_OPEN_TREE, NR_MOVE_MOUNT = 428, 429
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(RuntimeError):
    """The program ended with another status than 0."""


def _check(result, call):
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{call}: {os.strerror(ctypes.get_errno())}")
    return result


def _join(pid, folder):
    """Enters a copy of the mount namespace of pid, with our folder on its /mnt."""
    libc = ctypes.CDLL(None, use_errno=True)
    tree = _check(
        libc.syscall(NR_OPEN_TREE, AT_FDCWD, folder.encode(), OPEN_TREE_CLONE | AT_RECURSIVE),
        "open_tree",
    )
    target = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
    _check(libc.setns(target, CLONE_NEWNS), "setns")
    _check(libc.unshare(CLONE_NEWNS), "unshare")
    _check(libc.mount(None, b"/", None, MS_REC_PRIVATE, None), "mount")
    _check(
        libc.syscall(NR_MOVE_MOUNT, tree, b"", AT_FDCWD, b"/mnt", MOVE_MOUNT_F_EMPTY_PATH),
        "move_mount",
    )
    os.close(target)
    os.close(tree)
    os.chdir("/")


def _run(request, devnull):
    actions = [(os.POSIX_SPAWN_DUP2, devnull, 0)]
    if request["capture"]:
        reading, writing = os.pipe()
        actions += [(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_DUP2, writing, 2)]
    else:
        actions += [(os.POSIX_SPAWN_DUP2, devnull, 1), (os.POSIX_SPAWN_DUP2, devnull, 2)]
    argv = request["argv"]
    environment = dict(os.environ, PATH=SEARCH, **request["env"])
    begin = time.perf_counter()
    try:
        pid = os.posix_spawnp(argv[0], argv, environment, file_actions=actions)
    except OSError as failure:
        return 0, 127, f"{argv[0]}: {failure.strerror}"
    output = b""
    if request["capture"]:
        os.close(writing)
        while piece := os.read(reading, 65536):
            output += piece
        os.close(reading)
    _, status = os.waitpid(pid, 0)
    took = time.perf_counter() - begin
    return took, os.waitstatus_to_exitcode(status), output.decode(errors="replace")


def _serve(sock, mounts_of, folder):
    if mounts_of:
        _join(mounts_of, folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    devnull = os.open("/dev/null", os.O_RDWR)
    os.environ["PATH"] = SEARCH
    stream = sock.makefile("rw")
    stream.write("ready\n")
    stream.flush()
    for line in stream:
        stream.write(json.dumps(_run(json.loads(line), devnull)) + "\n")
        stream.flush()


class Spawner:
    """One child that spawns. mounts_of: a pid whose mount namespace it works in, 0 for ours;
    folder: ours, seen there as /mnt."""

    def __init__(self, mounts_of=0, folder=""):
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            status = 0
            try:
                _serve(theirs, mounts_of, folder)
            except OSError as failure:
                os.write(2, f"bench: spawner: {failure}\n".encode())
                status = 1
            finally:
                os._exit(status)
        theirs.close()
        self._stream = ours.makefile("rw")
        ours.close()
        if self._stream.readline() != "ready\n":
            raise Failed("the spawner did not start")

    def _ask(self, argv, env, capture):
        request = {"argv": [str(word) for word in argv], "env": env or {}, "capture": capture}
        self._stream.write(json.dumps(request) + "\n")
        self._stream.flush()
        answer = self._stream.readline()
        if not answer:
            raise Failed("the spawner ended")
        return json.loads(answer)

    def time(self, *argv, env=None):
        """Seconds; Failed, with what the program says when asked again, when it fails."""
        took, status, _ = self._ask(argv, env, False)
        if status:
            _, again, output = self._ask(argv, env, True)
            raise Failed(f"{' '.join(map(str, argv))}: status {status}, again {again}: {output[-400:].strip()}")
        return took

    def output(self, *argv, env=None, check=True):
        _, status, output = self._ask(argv, env, True)
        if check and status:
            raise Failed(f"{' '.join(map(str, argv))}: status {status}: {output[-400:].strip()}")
        return output

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
