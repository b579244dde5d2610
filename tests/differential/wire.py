"""HTTP/1.1 over a unix socket, as an engine's client speaks it: answers, and connections taken out of HTTP."""

import http.client
import json
import socket
import threading
import time

TIMEOUT_S = 20
ANSWER_S = 15
CHUNK_BYTES = 1 << 16


class Answer:
    """A status, headers by lower-case name, and the body as it came."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def document(self):
        """The body as JSON: a document, the list of a stream's documents, or text where it is neither."""
        text = self.body.decode("utf-8", "replace")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            pass
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            return text


def _read(answer):
    """The body, however it comes; a stream without an end is cut."""
    end = time.monotonic() + ANSWER_S
    taken = []
    while chunk := answer.read1(CHUNK_BYTES):
        taken.append(chunk)
        if time.monotonic() > end:
            return b"".join(taken) + b"<no end>"
    return b"".join(taken)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self):
        self.sock = connect(self._path)


def connect(path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(TIMEOUT_S)
    sock.connect(path)
    return sock


class Engine:
    """One engine, and what was learnt of it: ids of the things that the run made there."""

    def __init__(self, name, path):
        self.name = name
        self.path = path
        self.names = {}

    def call(self, method, target, body=None, headers=None, limit=None):
        """One request on a connection of its own. `limit`: read so many lines of a stream, then go."""
        fields = dict(headers or {})
        data = body
        if body is not None and not isinstance(body, bytes):
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        fields = {k: v for k, v in fields.items() if v is not None}
        connection = _Connection(self.path)
        try:
            connection.request(method, target.format(**self.names), data, fields)
            answer = connection.getresponse()
            taken = {k.lower(): v for k, v in answer.getheaders()}
            if limit is None:
                raw = _read(answer)
            else:
                raw = b"".join(answer.readline() for _ in range(limit))
            return Answer(answer.status, taken, raw)
        finally:
            connection.close()

    def hijack(self, target, body=None, typed=b"", headers=(), half_close=True):
        """POST, the connection becomes a stream: head and bytes of the stream."""
        return self.finish(self.open(target, headers, "POST", body), typed, half_close)

    def open(self, target, headers=(), method="POST", body=None):
        """Asks for a stream, and returns when the answer has begun."""
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {target.format(**self.names)} HTTP/1.1", "Host: localhost", *headers]
        if body is not None:
            lines += ["Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}", "", ""]
        sock = connect(self.path)
        sock.sendall("\r\n".join(lines).encode() + data)
        return sock

    def finish(self, sock, typed, half_close=True):
        """Types, ends the input, and reads to the end: head and stream."""
        with sock:
            taken = b""
            while b"\r\n\r\n" not in taken:
                chunk = sock.recv(1)
                if not chunk:
                    return taken.decode("latin-1"), b"<no answer>"
                taken += chunk
            writer = threading.Thread(target=_type, args=(sock, typed, half_close))
            writer.start()
            stream = []
            try:
                while chunk := sock.recv(CHUNK_BYTES):
                    stream.append(chunk)
            except TimeoutError:
                stream.append(b"<no end>")
            except ConnectionResetError:
                stream.append(b"<reset>")
            writer.join()
            return taken.decode("latin-1"), b"".join(stream)


def _type(sock, typed, half_close):
    try:
        sock.sendall(typed)
        if half_close:
            sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side ended first: what it sent tells
