"""The distribution's registry server on the loopback, with the images that pulls and pushes take."""

import gzip
import hashlib
import http.client
import io
import json
import os
import random
import re
import shutil
import subprocess
import tarfile

LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
EPOCH = "2020-01-01T00:00:00Z"
FILE_BYTES = 1 << 20


def _digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Registry:
    """One server, or with net (a pid) a second one in the network of an engine that has its own."""

    def __init__(self, folder, net=0):
        self._folder = folder
        os.makedirs(folder, exist_ok=True)
        self._processes = []
        self.port = self._start("127.0.0.1:0", ())
        if net:
            self._start(f"127.0.0.1:{self.port}", ("nsenter", "-t", str(net), "-n"))

    def _start(self, address, before):
        config = os.path.join(self._folder, "config.yml")
        with open(config, "w", encoding="ascii") as file:
            json.dump({
                "version": 0.1,
                "log": {"level": "info", "accesslog": {"disabled": True}},
                "storage": {"filesystem": {"rootdirectory": os.path.join(self._folder, "data")}},
                "http": {"addr": address},
            }, file)
        log = os.path.join(self._folder, f"registry-{len(self._processes)}.log")
        with open(log, "wb") as out:
            process = subprocess.Popen((*before, "docker-registry", "serve", config), stdout=out, stderr=out)
        self._processes.append(process)
        with open(log, encoding="utf-8", errors="replace") as lines:
            while process.poll() is None:
                found = re.search(r"listening on [^ ]*:(\d+)", lines.readline())
                if found:
                    return int(found[1])
        raise SystemExit(f"bench: docker-registry did not start, see {log}")

    def reference(self, name):
        return f"127.0.0.1:{self.port}/{name}"

    def _ask(self, method, path, body=b"", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        return answer

    def _blob(self, name, content):
        if self._ask("HEAD", f"/v2/{name}/blobs/{_digest(content)}").status != 200:
            place = self._ask("POST", f"/v2/{name}/blobs/uploads/").headers["Location"]
            self._ask("PUT", f"{place}&digest={_digest(content)}", content)
        return {"digest": _digest(content), "size": len(content)}

    def image(self, name, layers):
        """Puts an image of these tars there, as gzip; nothing is done where it is there."""
        if self._ask("HEAD", f"/v2/{name}/manifests/latest", Accept=MANIFEST_TYPE).status == 200:
            return self.reference(name)
        differences, descriptors = [], []
        for layer in layers:
            differences.append(_digest(layer))
            descriptors.append({"mediaType": LAYER_TYPE, **self._blob(name, packed(layer))})
        return self._manifest(name, differences, descriptors)

    def _manifest(self, name, differences, descriptors):
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "created": EPOCH, "config": {"Cmd": ["sh"]},
            "rootfs": {"type": "layers", "diff_ids": differences},
            "history": [{"created": EPOCH, "created_by": "sampan bench"} for _ in differences],
        }).encode()
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, **self._blob(name, config)}, "layers": descriptors,
        }).encode()
        self._ask("PUT", f"/v2/{name}/manifests/latest", manifest, Content_Type=MANIFEST_TYPE)
        return self.reference(name)

    def big_image(self, name, mib):
        """Puts an image of one layer of so many MiB there; nothing of it is held in memory."""
        if self._ask("HEAD", f"/v2/{name}/manifests/latest", Accept=MANIFEST_TYPE).status == 200:
            return self.reference(name)
        path = os.path.join(self._folder, "layer.tar.gz")
        difference = _write_big(path, mib)
        with open(path, "rb") as file:
            digest = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            place = self._ask("POST", f"/v2/{name}/blobs/uploads/").headers["Location"]
            self._ask("PUT", f"{place}&digest={digest}", file, Content_Length=str(size))
        os.unlink(path)
        return self._manifest(name, [difference], [{"mediaType": LAYER_TYPE, "digest": digest, "size": size}])

    def close(self):
        for process in self._processes:
            process.terminate()
            process.wait()


class _Summed(io.RawIOBase):
    """Passes on what is written, and sums it."""

    def __init__(self, target):
        self._target, self.sum = target, hashlib.sha256()

    def writable(self):
        return True

    def write(self, content):
        self.sum.update(content)
        return self._target.write(content)


def _write_big(path, mib):
    """A gzip layer of one file of so many MiB that hardly compresses; the digest of it unpacked."""
    source = random.Random(mib)
    with gzip.GzipFile(path, "wb", 1, mtime=0) as packed_file:
        summed = _Summed(packed_file)
        entry = tarfile.TarInfo("big")
        entry.size = mib << 20
        summed.write(entry.tobuf(tarfile.GNU_FORMAT))
        for _ in range(mib):
            summed.write(source.randbytes(FILE_BYTES))
        summed.write(bytes(1024))
    return "sha256:" + summed.sum.hexdigest()


def packed(layer):
    return gzip.compress(layer, 1, mtime=0)


def with_a_mark(layer):
    """The same tar with one file more."""
    out = io.BytesIO(layer)
    with tarfile.open(fileobj=out, mode="a", format=tarfile.GNU_FORMAT) as tar:
        entry = tarfile.TarInfo("sampan-bench")
        entry.size = len(EPOCH)
        tar.addfile(entry, io.BytesIO(EPOCH.encode()))
    return out.getvalue()


def layer_of_archive(path):
    """The only layer of a docker-archive."""
    with tarfile.open(path) as tar:
        entry = json.load(tar.extractfile("manifest.json"))[0]
        return tar.extractfile(entry["Layers"][0]).read()


def layers(busybox, count, mib):
    """Tars of files that compress to about half, with a shell in the first."""
    for number in range(count):
        source = random.Random(number)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
            if number == 0:
                entry = tarfile.TarInfo("bin/sh")
                entry.size, entry.mode = os.path.getsize(busybox), 0o755
                with open(busybox, "rb") as program:
                    tar.addfile(entry, program)
            for part in range(mib):
                entry = tarfile.TarInfo(f"layer{number}/part{part}")
                entry.size = FILE_BYTES
                noise = source.randbytes(FILE_BYTES // 2)
                tar.addfile(entry, io.BytesIO(noise + b"text " * (FILE_BYTES // 10) + bytes(FILE_BYTES - FILE_BYTES // 2 - FILE_BYTES // 10 * 5)))
        yield out.getvalue()


def available():
    return shutil.which("docker-registry")
