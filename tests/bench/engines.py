"""The programs under measure: our daemon (started and ended here), engines that speak the Docker
Engine API on a socket, runtimes with a runc-like command line, and the C lower bound."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import images
from unixhttp import Api, Refused, listener_pid

START_SECONDS_MAX = 30
END_SECONDS_MAX = 30
POLL_SECONDS = 0.001


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _parents():
    parents = {}
    for name in os.listdir("/proc"):
        stat = _read(f"/proc/{name}/stat") if name.isdigit() else ""
        if stat:
            parents[int(name)] = int(stat.rsplit(")", 1)[1].split()[1])
    return parents


def _descends(pid, ancestor, parents):
    while pid and pid != ancestor:
        pid = parents.get(pid, 0)
    return pid == ancestor


class Engine:
    """An engine behind a socket, driven by the docker client and by the API.

    servants: names of its processes that are not its children (a shim is init's child).
    """

    def __init__(self, name, path, client, servants=()):
        self.name, self.socket = name, path
        self.api = Api(path)
        self.env = {"DOCKER_HOST": "unix://" + path}
        self._client, self._servants = client, servants

    def command(self, *words):
        return (self._client, *words)

    def pid(self):
        return listener_pid(self.socket)

    def create(self, api, *command, network="bridge"):
        body = {
            "Image": images.BUSYBOX,
            "Cmd": list(command),
            "StopSignal": "SIGKILL",
            "HostConfig": {"NetworkMode": network},
        }
        return api("POST", "/containers/create", body)["Id"]

    def start(self, api, *command, network="bridge"):
        container = self.create(api, *command, network=network)
        api("POST", f"/containers/{container}/start")
        return container

    def remove_ours(self):
        """Removes the containers of our image only: the engine may have an owner."""
        for container in self.api("GET", "/containers/json?all=1"):
            if container["Image"] == images.BUSYBOX:
                self.api("DELETE", f"/containers/{container['Id']}?force=1&v=1")

    def remove_images(self):
        for reference in (images.BUSYBOX, images.DEBIAN):
            try:
                self.api("DELETE", f"/images/{reference}?force=1")
            except Refused:
                pass

    def processes(self):
        """The engine's own, without what runs in containers."""
        main = self.pid()
        parents = _parents()
        mounts, pids = _link(f"/proc/{main}/ns/mnt"), _link(f"/proc/{main}/ns/pid")
        apart = mounts != _link("/proc/self/ns/mnt")
        found = []
        for pid in parents:
            if _link(f"/proc/{pid}/ns/pid") != pids:
                continue
            own = _descends(pid, main, parents)
            servant = _read(f"/proc/{pid}/comm").strip().startswith(tuple(self._servants) or ("\n",))
            if own or servant and (not apart or _link(f"/proc/{pid}/ns/mnt") == mounts):
                found.append(pid)
        return found

    def pss_kib(self):
        total = 0
        for pid in self.processes():
            found = re.search(r"^Pss:\s+(\d+)", _read(f"/proc/{pid}/smaps_rollup"), re.M)
            total += int(found[1]) if found else 0
        return total

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid()}/fd"))


class Sampan(Engine):
    """A private daemon of the built tree: own directories, bridge and subnet."""

    def __init__(self, dist, folder, client, bridge, subnet):
        # the name of a unix socket has 107 bytes at most: not below a deep tree
        self._run = tempfile.mkdtemp(prefix="sampan-bench-", dir=_memory())
        super().__init__("sampan", os.path.join(self._run, "sampan.sock"), client)
        self.env |= {"SAMPAN_RUN": self._run, "SAMPAN_ROOT": os.path.join(folder, "root")}
        self._dist, self._folder = dist, folder
        self._settings = ["--root", os.path.join(folder, "root"), "--run", self._run]
        self.gateway_port = _free_port()
        self._settings += ["--bridge", bridge, "--subnet", subnet]
        self._settings += ["--gateway-http", f"127.0.0.1:{self.gateway_port}"]
        self._log = os.path.join(folder, "sampand.log")
        self._process = None

    def ours(self, *words):
        """The command of our own client."""
        return (os.path.join(self._dist, "bin/sampan"), *words)

    def launch(self):
        """Seconds from the spawn to the first answer."""
        with open(self._log, "ab") as log:
            begin = time.perf_counter()
            self._process = subprocess.Popen(
                [os.path.join(self._dist, "bin/sampand"), *self._settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        while not self.api.answers():
            if self._process.poll() is not None or time.perf_counter() - begin > START_SECONDS_MAX:
                raise SystemExit(f"bench: the daemon did not start: {_read(self._log)[-1000:]}")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - begin

    def end(self):
        if self._process is None:
            return
        self.api.close()
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def pid(self):
        return self._process.pid

    def remove(self):
        shutil.rmtree(self._run, ignore_errors=True)


class Runtime:
    """An OCI runtime's binary, run in the mount namespace of a process where it is said so."""

    def __init__(self, name, binary, spawner, folder):
        self.name, self._binary, self._spawner, self._folder = name, binary, spawner, folder
        self._count = 0

    def version(self):
        return self._spawner.output(self._binary, "--version").split("\n", 1)[0]

    def run_true(self):
        self._count += 1
        name = f"sampan-bench-{os.getpid()}-{self._count}"
        return self._spawner.time(self._binary, "run", "--bundle", self._folder + "/true", name)


class LowerBound:
    name = "kernel"

    def __init__(self, source, folder, spawner):
        self._binary = os.path.join(folder, "lowerbound")
        self._rootfs = os.path.join(folder, "rootfs")
        self._scratch = os.path.join(folder, "scratch")
        self._spawner = spawner
        os.makedirs(self._scratch, exist_ok=True)
        subprocess.run(["gcc", "-O2", "-static", "-o", self._binary, source], check=True)

    def seconds(self, *parts):
        """The second of two: the first pays for caches and for the bridge."""
        lines = self._spawner.output(self._binary, self._rootfs, self._scratch, 2, *parts).split()
        return int(lines[1]) / 1e9


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _memory():
    """Where a daemon's run directory lies on a usual machine: in memory."""
    for place in ("/run", "/dev/shm"):
        kind = subprocess.run(["stat", "-f", "-c", "%T", place], capture_output=True, text=True, check=False).stdout
        if kind.strip() == "tmpfs":
            return place
    return tempfile.gettempdir()


def answering(path):
    return os.path.exists(path) and Api(path).answers()


def stop_on_signals():
    """An end by signal cleans up as an end by itself does."""
    def leave(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
