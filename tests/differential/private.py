"""A daemon of the built tree with places of its own."""

import contextlib
import os
import subprocess
import tempfile
import time

from wire import Engine

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START_S = 30
IMAGE = "busybox:latest"


@contextlib.contextmanager
def daemon():
    """Starts it, gives its socket, ends it by its own process."""
    with tempfile.TemporaryDirectory(prefix="sampan-differential-") as home:
        own = os.getpid() % 250
        command = [os.path.join(TREE, "build/dist/bin/sampand"), "--root", home + "/root", "--run", home + "/run",
                   "--bridge", f"spd{own}", "--subnet", f"10.191.{own}.0/24"]
        with open(home + "/log", "wb") as log:
            # the caller's settings name other places
            clean = {k: v for k, v in os.environ.items() if not k.startswith("SAMPAN_")}
            process = subprocess.Popen(command, env=clean, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            socket = home + "/run/sampan.sock"
            _await(process, socket, home + "/log")
            yield socket
        finally:
            process.terminate()
            process.wait(START_S)


def _await(process, socket, log):
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            if Engine("sampan", socket).call("GET", "/info").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    with open(log, encoding="utf-8", errors="replace") as text:
        raise RuntimeError("the daemon did not answer:\n" + text.read())


def give_image(peer, ours):
    """The image that the calls use, from the peer to us: both have the same bytes."""
    saved = Engine("docker", peer).call("GET", f"/images/{IMAGE}/get")
    if saved.status != 200:
        raise RuntimeError(f"the peer has no {IMAGE}: load it there first")
    Engine("sampan", ours).call("POST", "/images/load", saved.body, {"Content-Type": "application/x-tar"})
