"""HTTP/1.1 over a unix socket, as little as a benchmark of the Docker Engine API needs."""

import http.client
import json
import socket
import struct

API = "/v1.43"
TIMEOUT_S = 300
RECEIVE_BYTES = 1 << 20


class Refused(RuntimeError):
    """The engine answered with another status than the one waited for."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self):
        self.sock = open_socket(self._path)


def open_socket(path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(TIMEOUT_S)
    sock.connect(path)
    return sock


def listener_pid(path):
    """The process that listens on the socket: no need to be told."""
    with open_socket(path) as sock:
        credential = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.unpack("iII", credential)[0]


class Api:
    """One persistent connection. Not for two threads."""

    def __init__(self, path):
        self.path = path
        self._connection = _Connection(path)

    def __call__(self, method, target, body=None):
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if data else {}
        self._connection.request(method, API + target, data, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.status not in (200, 201, 204):
            raise Refused(f"{method} {target}: {answer.status} {raw[:300].decode(errors='replace')}")
        return json.loads(raw) if raw[:1] in (b"{", b"[") else raw

    def read_all(self, method, target, body=None):
        """One request on a connection of its own, read to its end: how many bytes came."""
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {API}{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        count = 0
        buffer = bytearray(RECEIVE_BYTES)
        with open_socket(self.path) as sock:
            sock.sendall(head.encode() + data)
            while got := sock.recv_into(buffer):
                count += got
        return count

    def answers(self):
        """Whether anybody listens and says OK."""
        try:
            self._connection.close()
            return self("GET", "/_ping") == b"OK"
        except (OSError, http.client.HTTPException, Refused):
            self._connection.close()
            return False

    def close(self):
        self._connection.close()
