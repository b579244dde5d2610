"""Figures of the image store: unpacking, memory while a large layer comes, bytes on disk."""

import hashlib
import os
import re
import shutil
import tarfile
import tempfile
import threading
import time

import images
import registry
from report import SELF
from spawn import Failed

SAMPLE_SECONDS = 0.02
SETTLE_SECONDS = 3
# of a round of memory: a small image comes first, so that what a first pull leaves behind is not counted
WARM_UP_MIB = 64


def unpack(figures):
    """Ours reads the archive, digests the layer twice and keeps it packed, too; tar unpacks alone."""
    row = figures.report.row("unpack", "`sampan load` of an archive of one gzip layer / `tar -xz` of that layer", "s", peer="tar", first=1.0, moonshot=0.5)
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=figures.options.state) as folder:
        packed, archive = os.path.join(folder, "layer.tar.gz"), os.path.join(folder, "image.tar")
        plain = registry.layer_of_archive(figures.options.debian)
        with open(packed, "wb") as file:
            file.write(registry.packed(plain))
        images.archive_of(packed, hashlib.sha256(plain).hexdigest(), images.UNPACKED, archive)
        del plain
        target = os.path.join(folder, "target")

        def ours(_):
            row.add(SELF, figures.own("load", "-q", "-i", archive))
            figures.spawner.output(*figures.sampan.ours("rmi", "-f", images.UNPACKED), env=figures.sampan.env)

        def theirs():
            os.mkdir(target)
            row.add("tar", figures.spawner.time("tar", "-xz", "-p", "--numeric-owner", "-f", packed, "-C", target))
            shutil.rmtree(target)

        for _ in range(figures.options.repeats + 1):
            figures.each([figures.sampan], "unpack", ours)
            theirs()
        for samples in row.samples.values():
            del samples[0]  # the files' pages were not there yet


class Anonymous:
    """Watches the daemon's own memory (Pss_Anon) while something goes on."""

    def __init__(self, pid):
        self._path = f"/proc/{pid}/smaps_rollup"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = self.kib()

    def kib(self):
        with open(self._path, encoding="ascii") as file:
            return int(re.search(r"^Pss_Anon:\s+(\d+)", file.read(), re.M)[1])

    def _watch(self):
        while not self._done.wait(SAMPLE_SECONDS):
            self.most = max(self.most, self.kib())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()


def memory(figures):
    """The most that the daemon has during the pull, over what it had before."""
    mib = figures.options.big_mib
    row = figures.report.row("memory-pull", f"memory that the daemon gains while it pulls a layer of {mib} MiB, at most", "MiB", first=64, moonshot=16)
    big = figures.registry.big_image(f"bench/big{mib}", mib)
    small = figures.registry.big_image(f"bench/big{WARM_UP_MIB}", WARM_UP_MIB)

    def once(engine):
        for reference in (small, big):
            time.sleep(SETTLE_SECONDS)
            with Anonymous(engine.pid()) as watch:
                before = watch.most
                figures.spawner.output(*engine.ours("pull", "-q", reference), env=engine.env)
            if reference is big:
                row.add(SELF, (watch.most - before) / 1024)
            figures.spawner.output(*engine.ours("rmi", "-f", reference), env=engine.env)

    figures.each([figures.sampan], "memory", once)


def _on_disk(folder):
    """Bytes of everything below, as the filesystem has them; what has two names counts once."""
    seen, total = set(), 0
    for place, _, names in os.walk(folder):
        for path in [place, *(os.path.join(place, name) for name in names)]:
            status = os.lstat(path)
            if status.st_ino not in seen:
                seen.add(status.st_ino)
                total += status.st_blocks * 512
    return total


def disk(figures):
    """What a loaded image adds, after a container of it ran and was removed and all was pruned."""
    row = figures.report.row("disk", "bytes on disk after load, run, rm, prune / bytes accounted", "ratio", first=1.005, moonshot=1.005)
    sampan, spawner = figures.sampan, figures.spawner
    reference = images.reference_of(figures.options.debian)

    def ask(*words):
        return spawner.output(*sampan.ours(*words), env=sampan.env)

    def both():
        time.sleep(SETTLE_SECONDS)  # what was removed goes in the background
        told = re.search(r"^Total .* (\d+)$", ask("system", "df", "-v"), re.M)
        if not told:
            raise Failed("`system df -v` gives no total")
        return _on_disk(sampan.env["SAMPAN_ROOT"]), int(told[1])

    def once(_):
        ask("image", "prune", "-f")
        used, accounted = both()
        ask("load", "-q", "-i", figures.options.debian)
        ask("run", "--name", "bench-disk", "--network", "none", reference, "sh", "-c", "head -c 5000000 /dev/zero > /file")
        ask("rm", "bench-disk")
        ask("container", "prune", "-f")
        ask("image", "prune", "-f")
        used_after, accounted_after = both()
        row.add(SELF, (used_after - used) / (accounted_after - accounted))
        ask("rmi", "-f", reference)

    figures.each([sampan], "disk", once)
