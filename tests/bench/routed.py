"""Figures of the gateway that the daemon feeds: how soon a container that is ready gets requests, and
how soon one that is to be stopped gets none."""

import http.client
import os
import shutil
import socket
import tempfile
import threading
import time

import images
from report import SELF

PORT = 8080
HOST = "routed.example"
ROUND_SECONDS_MAX = 20
LISTEN_AFTER_SECONDS = (0.3, 1.0, 2.0)  # in turn: how long containers take to listen
STEP_SECONDS = 0.0005
WARM_UP = 2
# It listens once it is told to, and writes down when it was asked to end.
SERVER = """trap ': > /told/asked; exit' TERM
mkdir -p /www; echo -n $HOSTNAME > /www/index.html
until [ -e /told/go ]; do usleep 2000; done
httpd -f -p 8080 -h /www & wait"""

now = time.perf_counter


class Server:
    """A container with a route, and a directory by which it is told when to listen."""

    def __init__(self, api, told, go=False):
        self._api, self.told = api, told
        os.makedirs(told)
        if go:
            self.go()
        body = {
            "Image": images.BUSYBOX,
            "Cmd": ["sh", "-c", SERVER],
            "Labels": {"sampan.gateway.host": HOST, "sampan.gateway.service": "routed", "sampan.gateway.port": str(PORT)},
            "HostConfig": {"Binds": [told + ":/told"]},
        }
        self.id = api("POST", "/containers/create", body)["Id"]
        api("POST", f"/containers/{self.id}/start")
        self.address = api("GET", f"/containers/{self.id}/json")["NetworkSettings"]["IPAddress"]

    def go(self):
        with open(self.told + "/go", "w"):
            pass

    def stop(self):
        self._api("POST", f"/containers/{self.id}/stop?t=5")

    def remove(self):
        self._api("DELETE", f"/containers/{self.id}?force=true")
        shutil.rmtree(self.told)

    def listens(self):
        """When its port first answered."""
        end = now() + ROUND_SECONDS_MAX
        while now() < end:
            try:
                socket.create_connection((self.address, PORT), 1).close()
                return now()
            except OSError:
                time.sleep(STEP_SECONDS)
        raise OSError("a container does not listen")


class Client:
    """Asks again and again by the gateway, on a connection that is kept."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ROUND_SECONDS_MAX)

    def ask(self):
        """(status, which container)"""
        self._connection.request("GET", "/", headers={"Host": HOST})
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()

    def until(self, server):
        """When a container's first answer came."""
        end = now() + ROUND_SECONDS_MAX
        while now() < end:
            try:
                status, who = self.ask()
                if status == 200 and server.id.startswith(who):
                    return now()
            except ConnectionError:  # the first container starts the gateway
                self.close()
            time.sleep(STEP_SECONDS)
        raise OSError("the gateway asks a container for nothing")

    def close(self):
        self._connection.close()


def _stopped(client, server):
    """Seconds from the asking for a stop to the last request to it that was sent on, and from that to SIGTERM."""
    clocks = now() - time.time()
    asked = now()
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    last = asked
    while stopping.is_alive():
        begin = now()
        status, who = client.ask()
        if status != 200:
            raise OSError(f"an answer {status} while a container stops")
        if server.id.startswith(who):
            last = begin
    stopping.join()
    signalled = os.stat(server.told + "/asked").st_mtime_ns / 1e9 + clocks
    return max(0.0, last - asked), signalled - last


def gateway(figures):
    """Each round: one more container beside one that stays, told to listen after a while, then stopped."""
    report = figures.report
    start = report.row("routed-start", "a container whose port answers at once: start returned → first answer by the gateway", "ms")
    ready = report.row("routed", "a container's port answers → first answer of it by the gateway", "ms", first=50, moonshot=10)
    out = report.row("unrouted", "stop asked → last request that the container gets", "ms", first=50, moonshot=10)
    before = report.row("unrouted-signal", "from that request to SIGTERM; below 0 it came after", "ms")
    folder = tempfile.mkdtemp(prefix="routed-", dir=figures.options.state)
    api = figures.sampan.api

    def once(number):
        server = Server(api, os.path.join(folder, str(number)))
        try:
            time.sleep(LISTEN_AFTER_SECONDS[number % len(LISTEN_AFTER_SECONDS)])
            heard = []
            watching = threading.Thread(target=lambda: heard.append(server.listens()))
            watching.start()
            server.go()
            routed = client.until(server)
            watching.join()
            taken = _stopped(client, server)
            return [routed - heard[0], *taken]
        finally:
            server.remove()

    def at_once(number):
        server = Server(api, os.path.join(folder, f"at-once-{number}"), go=True)
        begin = now()
        try:
            return client.until(server) - begin
        finally:
            server.remove()

    steady = Server(api, os.path.join(folder, "steady"), go=True)
    client = Client(figures.sampan.gateway_port)
    try:
        client.until(steady)
        for number in range(figures.options.rounds + WARM_UP):
            samples = once(number)
            begun = at_once(number)
            if number >= WARM_UP:
                for row, sample in zip((ready, out, before), samples):
                    row.add(SELF, sample * 1e3)
                start.add(SELF, begun * 1e3)
    finally:
        client.close()
        steady.remove()
        shutil.rmtree(folder)
