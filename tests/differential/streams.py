"""Connections that become streams: attach and exec, with and without an upgrade, framed and raw, and a web socket."""

import hashlib
import struct

from compare import PREFIX

UPGRADE = ("Connection: Upgrade", "Upgrade: tcp")
SOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Origin: http://localhost", "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
READER = {"Image": "busybox", "OpenStdin": True, "StdinOnce": True,
          "Cmd": ["sh", "-c", "read a; echo got $a; sleep 0.1; echo err >&2; sleep 0.1; cat; exit 3"]}
BULK_BYTES = 64 << 20


def run(pair):
    for version in pair.versions:
        pair.version = version
        attaches(pair)
        execs(pair)
    sockets(pair)
    bulk(pair)


def _head(head):
    lines = head.split("\r\n")
    fields = sorted(line for line in lines[1:] if line.split(":")[0].lower() in ("content-type", "connection", "upgrade"))
    return [lines[0], *fields]


def _session(pair, label, body, query, typed, headers, before=True):
    """Create, attach, start: what the stream carries and how the container ends."""
    name = PREFIX + "at"

    def one(engine):
        engine.call("DELETE", f"/v1.43/containers/{name}?force=1")
        engine.call("POST", pair.path(f"/containers/create?name={name}"), body)
        if not before:
            engine.call("POST", f"/v1.43/containers/{name}/start")
            engine.call("POST", f"/v1.43/containers/{name}/wait")
        sock = engine.open(pair.path(f"/containers/{name}/attach?{query}"), headers)
        if before:
            engine.call("POST", f"/v1.43/containers/{name}/start")
        # the end of a terminal's input would detach
        head, stream = engine.finish(sock, typed, half_close=not body.get("Tty"))
        code = None
        if before:
            code = engine.call("POST", f"/v1.43/containers/{name}/wait").document()
        engine.call("DELETE", f"/v1.43/containers/{name}?force=1")
        return [_head(head), stream.decode("latin-1"), code]

    peers, own = pair.both(one)
    pair.same(label, peers, own)


def attaches(pair):
    every = "stream=1&stdin=1&stdout=1&stderr=1"
    for headers in (UPGRADE, ()):
        how = "upgrade" if headers else "no upgrade"
        _session(pair, f"attach, {how}", READER, every, b"one\ntwo\n", headers)
        _session(pair, f"attach stdout only, {how}", READER, "stream=1&stdin=1&stdout=1", b"one\ntwo\n", headers)
        _session(pair, f"attach tty, {how}", {"Image": "busybox", "OpenStdin": True, "Tty": True,
                                             "Cmd": ["sh", "-c", "read a; echo got $a"]}, every, b"one\n", headers)
        done = {"Image": "busybox", "Cmd": ["sh", "-c", "echo out; sleep 0.1; echo err >&2"]}
        _session(pair, f"attach logs of an ended one, {how}", done, "logs=1&stdout=1&stderr=1", b"", headers, before=False)


def execs(pair):
    name = PREFIX + "ex"
    pair.quiet("POST", f"/containers/create?name={name}", {"Image": "busybox", "Cmd": ["sleep", "100"]})
    pair.quiet("POST", f"/containers/{name}/start")
    for headers in (UPGRADE, ()):
        for tty in (False, True):
            for command, typed in ((["sh", "-c", "echo out; sleep 0.1; echo err >&2; exit 4"], b""),
                                   (["cat"], b"hello\n\x04" if tty else b"hello\n")):

                def one(engine):
                    made = engine.call("POST", pair.path(f"/containers/{name}/exec"), {
                        "Cmd": command, "AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Tty": tty})
                    ident = made.document()["Id"]
                    head, stream = engine.hijack(
                        pair.path(f"/exec/{ident}/start"), {"Tty": tty}, typed, headers, half_close=not tty)
                    code = engine.call("GET", f"/v1.43/exec/{ident}/json").document()["ExitCode"]
                    return [_head(head), stream.decode("latin-1"), code]

                peers, own = pair.both(one)
                pair.same(f"exec {command[0]}, tty {tty}, {'upgrade' if headers else 'no upgrade'}", peers, own)
    pair.quiet("DELETE", f"/containers/{name}?force=1")


def _frame(opcode, data):
    mask = b"abcd"
    return bytes([0x80 | opcode, 0x80 | len(data)]) + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(data))


def _payloads(stream):
    """Of each kind of frame what it carried; the daemon may cut output into frames as it likes."""
    found = {}
    while len(stream) >= 2:
        length = stream[1]
        kind = hex(stream[0])
        found[kind] = found.get(kind, "") + stream[2:2 + length].decode("latin-1")
        stream = stream[2 + length:]
    return found


def sockets(pair):
    name = PREFIX + "ws"
    for label, body, typed in (
        ("framed", READER, _frame(2, b"one\n") + _frame(9, b"ping") + _frame(8, struct.pack(">H", 1000))),
        ("terminal", {"Image": "busybox", "OpenStdin": True, "Tty": True, "Cmd": ["sh", "-c", "read a; echo got $a"]},
         _frame(1, b"one\n")),
        ("detached", {"Image": "busybox", "OpenStdin": True, "Tty": True, "Cmd": ["cat"]}, _frame(2, b"\x10\x11")),
    ):

        def one(engine):
            engine.call("DELETE", f"/v1.43/containers/{name}?force=1")
            engine.call("POST", f"/v1.43/containers/create?name={name}", body)
            sock = engine.open(f"/v1.43/containers/{name}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1", SOCKET, "GET")
            engine.call("POST", f"/v1.43/containers/{name}/start")
            head, stream = engine.finish(sock, typed, half_close=False)
            engine.call("DELETE", f"/v1.43/containers/{name}?force=1")
            accept = [line for line in head.split("\r\n") if line.startswith("Sec-WebSocket-Accept")]
            return [head[:12], accept, _payloads(stream)]

        peers, own = pair.both(one)
        pair.same(f"attach by web socket, {label}", peers, own)


def bulk(pair):
    """Much, both ways, byte for byte."""
    name = PREFIX + "bulk"
    body = {"Image": "busybox", "OpenStdin": True, "StdinOnce": True, "Cmd": ["cat"], "Tty": False}
    block = bytes(range(256)) * 4096
    typed = block * (BULK_BYTES // len(block))

    def one(engine):
        engine.call("DELETE", f"/v1.43/containers/{name}?force=1")
        engine.call("POST", f"/v1.43/containers/create?name={name}", body)
        sock = engine.open(f"/v1.43/containers/{name}/attach?stream=1&stdin=1&stdout=1", UPGRADE)
        engine.call("POST", f"/v1.43/containers/{name}/start")
        _, stream = engine.finish(sock, typed)
        engine.call("DELETE", f"/v1.43/containers/{name}?force=1")
        plain, at = hashlib.sha256(), 0
        while at + 8 <= len(stream):
            length = struct.unpack_from(">I", stream, at + 4)[0]
            plain.update(stream[at + 8:at + 8 + length])
            at += 8 + length
        return plain.hexdigest()

    peers, own = pair.both(one)
    wanted = hashlib.sha256(typed).hexdigest()
    pair.compare("64 MiB through cat and back", lambda c: c.values("", wanted[:10] + peers[10:], own))
