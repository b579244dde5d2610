"""The Dockerfiles of the tests, built on both engines by the docker client's buildx: outcome, config and every file."""

import glob
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile

from private import TREE

CASES = os.path.join(TREE, "tests/src/test/resources/dockerfiles/*.cases")
PLUGINS = os.path.join(TREE, "build/tools/usr/libexec/docker/cli-plugins")
BUILD_S = 180
BASE = "FROM busybox\nONBUILD RUN touch /triggered\nONBUILD COPY a /a\n"
FLAGS = {"dockerfile": "--file", "target": "--target", "networkmode": "--network", "platform": "--platform",
         "extrahosts": "--add-host", "memory": "--memory"}
# What an engine mounts upon, or puts there for itself.
MOUNTED = ("dev", "proc", "sys", ".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab")


class Case:
    def __init__(self, text):
        head, self.dockerfile = text.split("\n---\n", 1)
        self.name, *lines = head.split("\n")
        self.lines = [line[1:].split(" ", 1) for line in lines if line.startswith("@")]
        self.lines = [words if len(words) == 2 else [words[0], ""] for words in self.lines]

    def context(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, "Dockerfile", self.dockerfile.encode())
            for word, value in self.lines:
                if word not in ("file", "link", "tar", "tgz"):
                    continue
                name, content = value.split(" | ", 1)
                content = content.replace("\\n", "\n")
                if word == "file":
                    name, _, mode = name.partition(" 0")
                    _add(tar, name, content.encode(), int(mode or "644", 8))
                elif word == "link":
                    entry = tarfile.TarInfo(name)
                    entry.type, entry.linkname = tarfile.SYMTYPE, content
                    tar.addfile(entry)
                else:
                    inner = io.BytesIO()
                    with tarfile.open(fileobj=inner, mode="w") as archive:
                        _add(archive, content, b"x")
                    bytes_ = inner.getvalue()
                    _add(tar, name, gzip.compress(bytes_, mtime=0) if word == "tgz" else bytes_)
        return out.getvalue()

    def flags(self):
        flags = []
        for word, value in self.lines:
            if word != "query":
                continue
            name, text = value.split("=", 1)
            if name in FLAGS:
                flags += [FLAGS[name], text]
            elif name == "buildargs":
                flags += [w for k, v in json.loads(text).items() for w in ("--build-arg", k if v is None else f"{k}={v}")]
            elif name == "labels":
                flags += [w for k, v in json.loads(text).items() for w in ("--label", f"{k}={v}")]
            else:
                raise ValueError(f"case {self.name}: no flag for {name}")
        return flags


def _add(tar, name, content, mode=0o644):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))


def cases():
    for path in sorted(glob.glob(CASES)):
        with open(path, encoding="utf-8") as text:
            for part in ("\n" + text.read()).split("\n## ")[1:]:
                yield os.path.basename(path).removesuffix(".cases"), Case(part)


def _client():
    """A configuration of the docker client with buildx."""
    home = tempfile.mkdtemp(prefix="differential-client-")
    settings = {"cliPluginsExtraDirs": [PLUGINS]} if os.path.isdir(PLUGINS) else {}
    with open(os.path.join(home, "config.json"), "w", encoding="utf-8") as config:
        json.dump(settings, config)
    return home


def _build(engine, home, name, context, flags):
    """The client's exit status and the last line of what it said."""
    done = subprocess.run(
        ["docker", "buildx", "build", "--progress=plain", "--provenance=false", "-t", name, *flags, "-"],
        input=context, capture_output=True, timeout=BUILD_S, check=False,
        env={**os.environ, "DOCKER_CONFIG": home, "DOCKER_HOST": "unix://" + engine.path})
    said = done.stderr.decode("utf-8", "replace").strip().split("\n")
    return done.returncode, said[-1]


def _config(engine, image):
    found = engine.call("GET", f"/v1.51/images/{image}/json").document()
    if not isinstance(found, dict) or "Config" not in found:
        return {"missing": image}
    # A field that says nothing is left out by some, and empty at others.
    config = {k: v for k, v in found["Config"].items() if v not in ("", [], {}, None, False)}
    return {"Config": config, "Os": found.get("Os"), "Architecture": found.get("Architecture")}


def _tree(engine, image):
    made = engine.call("POST", "/v1.51/containers/create?name=" + image, json.dumps({"Image": image, "Cmd": ["x"]}),
                       {"Content-Type": "application/json"}).document()
    try:
        exported = engine.call("GET", f"/v1.51/containers/{made['Id']}/export").body
        with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
            return {"/" + e.name.strip("/"): _described(tar, e) for e in tar if not _is_mounted(e.name.strip("/"))}
    finally:
        engine.call("DELETE", f"/v1.51/containers/{image}?force=1")


def _is_mounted(name):
    return any(name == m or name.startswith(m + "/") for m in MOUNTED)


def _described(tar, entry):
    content = tar.extractfile(entry) if entry.isreg() else None
    digest = hashlib.sha256(content.read()).hexdigest()[:16] if content else ""
    kind = "hard link" if entry.islnk() else entry.type.decode()
    return f"{kind} {entry.mode & 0o7777:o} {entry.uid}:{entry.gid} {entry.size} {entry.linkname} {digest}"


def run(pair):
    home = _client()
    try:
        pair.both(lambda e: _build(e, home, "trigger-base", Case("base\n---\n" + BASE).context(), []))
        for number, (group, case) in enumerate(cases()):
            _compare(pair, home, f"Dockerfile {group}: {case.name}", f"differential-{number}", case)
    finally:
        pair.both(lambda e: e.call("DELETE", "/v1.51/images/trigger-base?force=1"))
        shutil.rmtree(home)


def _compare(pair, home, label, image, case):
    peers, own = pair.both(lambda e: _build(e, home, image, case.context(), case.flags()))
    if (peers[0] == 0) != (own[0] == 0):
        pair.same(label + " outcome", list(peers), list(own))
        pair.both(lambda e: e.call("DELETE", f"/v1.51/images/{image}?force=1"))
        return
    if peers[0] != 0:
        pair.same(label + " failure", peers[0], own[0])
        return
    try:
        pair.same(label + " config", *pair.both(lambda e: _config(e, image)))
        pair.same(label + " files", *pair.both(lambda e: _tree(e, image)))
    finally:
        pair.both(lambda e: e.call("DELETE", f"/v1.51/images/{image}?force=1"))
