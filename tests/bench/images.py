"""Images and bundles the benchmark runs, made from what the machine has."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile

BUSYBOX = "sampan-bench/busybox:latest"
DEBIAN = "sampan-bench/debian:latest"
UNPACKED = "sampan-bench/unpacked:latest"
EPOCH = "2020-01-01T00:00:00Z"
CAPABILITIES = [
    "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
]


def _needs_a_loader(program):
    segments = subprocess.run(["readelf", "-lW", program], capture_output=True, text=True, check=True).stdout
    return "INTERP" in segments


def _rootfs(folder, busybox):
    for part in ("bin", "dev", "etc", "proc", "root", "sys", "tmp"):
        os.makedirs(os.path.join(folder, part), exist_ok=True)
    program = os.path.join(folder, "bin/busybox")
    shutil.copyfile(busybox, program)
    os.chmod(program, 0o755)
    for applet in subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split():
        link = os.path.join(folder, "bin", applet)
        if applet != "busybox" and not os.path.lexists(link):
            os.symlink("busybox", link)
    with open(os.path.join(folder, "etc/passwd"), "w", encoding="ascii") as file:
        file.write("root:x:0:0:root:/root:/bin/sh\n")
    with open(os.path.join(folder, "etc/group"), "w", encoding="ascii") as file:
        file.write("root:x:0:\n")


def archive(rootfs, reference, target):
    """Writes a docker-archive of one uncompressed layer."""
    layer = target + ".layer"
    with tarfile.open(layer, "w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(os.listdir(rootfs)):
            tar.add(os.path.join(rootfs, name), arcname=name)
    with open(layer, "rb") as file:
        difference = hashlib.file_digest(file, "sha256").hexdigest()
    archive_of(layer, difference, reference, target)
    os.unlink(layer)


def archive_of(layer, difference, reference, target):
    """Writes a docker-archive of this file as its layer; difference: the digest of it unpacked."""
    config = json.dumps({
        "architecture": "amd64",
        "os": "linux",
        "created": EPOCH,
        "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "Cmd": ["sh"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + difference]},
        "history": [{"created": EPOCH, "created_by": "sampan bench"}],
    }).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": [reference], "Layers": [difference + "/layer.tar"]}]).encode()
    with tarfile.open(target + ".new", "w") as tar:
        for path, text in ((name, config), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
        tar.add(layer, arcname=difference + "/layer.tar")
    os.rename(target + ".new", target)


def _bundle(folder, args):
    """An OCI bundle beside rootfs/, with what an engine gives a container by default."""
    def mount(destination, kind, *options):
        return {"destination": destination, "type": kind, "source": kind, "options": list(options)}

    closed = ("nosuid", "noexec", "nodev")
    spec = {
        "ociVersion": "1.0.2",
        "hostname": "bench",
        "root": {"path": "../rootfs", "readonly": True},
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": args,
            "cwd": "/",
            "env": ["PATH=/bin"],
            "noNewPrivileges": True,
            "capabilities": {kind: CAPABILITIES for kind in ("bounding", "effective", "permitted")},
        },
        "mounts": [
            mount("/proc", "proc", *closed),
            mount("/dev", "tmpfs", "nosuid", "mode=755", "size=65536k"),
            mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
            mount("/dev/shm", "tmpfs", *closed, "mode=1777", "size=65536k"),
            mount("/dev/mqueue", "mqueue", *closed),
            mount("/sys", "sysfs", *closed, "ro"),
        ],
        "linux": {
            "resources": {"devices": [{"allow": False, "access": "rwm"}], "pids": {"limit": 1000}},
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(spec, file, indent=1)


def make(folder, busybox):
    """busybox.tar, rootfs/ and the bundle true/ in folder; made once."""
    rootfs = os.path.join(folder, "rootfs")
    target = os.path.join(folder, "busybox.tar")
    if not os.path.exists(target):
        if not busybox or _needs_a_loader(busybox):
            raise SystemExit("bench: no static busybox: install busybox-static or give --busybox")
        _rootfs(rootfs, busybox)
        archive(rootfs, BUSYBOX, target)
    _bundle(os.path.join(folder, "true"), ["/bin/true"])
    return target


def debian(folder, suite):
    """A Debian base system by debootstrap from the machine's own mirror; made once."""
    target = os.path.join(folder, "debian.tar")
    if not os.path.exists(target):
        rootfs = os.path.join(folder, "debian")
        shutil.rmtree(rootfs, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", suite, rootfs] + _mirror(), check=True, stdout=subprocess.DEVNULL)
        for waste in ("var/cache/apt/archives", "var/lib/apt/lists"):
            shutil.rmtree(os.path.join(rootfs, waste), ignore_errors=True)
        archive(rootfs, DEBIAN, target)
        shutil.rmtree(rootfs)
    return target


def _mirror():
    """The machine's own package mirror: the first http address among apt's sources."""
    listed = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)"], capture_output=True, text=True, check=False)
    sites = [site for site in listed.stdout.split() if site.startswith("http") and "security" not in site]
    return sites[:1]


def context(folder, name, dockerfile):
    """A directory with nothing but a Dockerfile; its path."""
    path = os.path.join(folder, name)
    os.makedirs(path)
    with open(os.path.join(path, "Dockerfile"), "w") as file:
        file.write(dockerfile)
    return path


def reference_of(path):
    """The first name in a docker-archive."""
    with tarfile.open(path) as tar:
        return json.load(tar.extractfile("manifest.json"))[0]["RepoTags"][0]
