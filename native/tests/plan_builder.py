"""Builds launch plans from the contract itself: operation codes are read from include/plan.h."""
import os
import re
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
CWD = -100
MONITOR, PARENT, CHILD, REFUSED = 0, 1, 2, 3
IGNORE_ENOENT, IGNORE_ERROR, SKIP_IF_CLOSED = 1, 2, 4
NULL, PIPES, PTY, INHERIT = 0, 1, 2, 3


def _read_ops():
    with open(os.path.join(HERE, "../include/plan.h")) as header:
        found = re.findall(r"^    X\((\w+), (\d+), (\d+), (\d+)\)", header.read(), re.M)
    return {name: (int(code), int(ints), int(strs)) for name, code, ints, strs in found}


OPS = _read_ops()
NAMES = {code: name for name, (code, _, _) in OPS.items()}


def text(value):
    return value.encode() if isinstance(value, str) else bytes(value)


def strings(values):
    """A list: NUL-terminated strings one after the other."""
    return b"".join(text(v) + b"\0" for v in values)


def encode_str(value):
    value = text(value)
    body = struct.pack("<I", len(value)) + value + b"\0"
    return body + b"\0" * (-len(body) % 8)


def encode_op(code, stage, flags, ints, strs):
    body = b"".join(struct.pack("<q", i) for i in ints) + b"".join(encode_str(s) for s in strs)
    return struct.pack("<HBBI", code, stage, flags, 8 + len(body)) + body


def header(op_count, size, fd_count, magic=0x314C5053, version=1):
    return struct.pack("<IHHII", magic, version, op_count, size, fd_count)


class Plan:
    def __init__(self, fd_count=0):
        self.fd_count = fd_count
        self.ops = []
        self.names = []
        self.stage = MONITOR

    def add(self, name, *arguments, flags=0, stage=None):
        """Appends an op: first its ints, then its strs. After CLONE the stage is CHILD unless given."""
        code, ints, strs = OPS[name]
        assert len(arguments) == ints + strs, (name, arguments)
        stage = self.stage if stage is None else stage
        self.ops.append(encode_op(code, stage, flags, arguments[:ints], arguments[ints:]))
        self.names.append(name)
        if name == "CLONE":
            self.stage = CHILD
        return self

    def parent(self, name, *arguments, flags=0):
        return self.add(name, *arguments, flags=flags, stage=PARENT)

    def execute(self, *argv, env=("PATH=/bin:/usr/bin",), search="/bin:/usr/bin"):
        return self.add("EXEC", argv[0], strings(argv), strings(env), search)

    def encode(self):
        body = b"".join(self.ops)
        return header(len(self.ops), 16 + len(body), self.fd_count) + body
