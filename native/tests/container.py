"""Plans of whole containers made of busybox, as the daemon would compile them."""
import struct

import plan_builder as pb

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEWUSER, NEWPID, NEWNET, NEWTIME = 0x10000000, 0x20000000, 0x40000000, 0x80
NAMESPACES = NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWPID | NEWNET
O_PATH, O_DIRECTORY, O_NOFOLLOW, O_RDWR = 0o10000000, 0o200000, 0o400000, 2
OPEN_TREE_CLONE, AT_RECURSIVE = 1, 0x8000
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000
CONSOLE_BIND, CONSOLE_NO_ONLCR = 1, 2
DEFAULT_CAPS = 0xA80425FB
BUSYBOX = "/bin/busybox"
APPLETS = "sh cat ls id hostname stty tty true false sleep ps kill mount grep echo printf yes head".split()
SLOT_ROOT, SLOT_FS, SLOT_MOUNT, SLOT_AT, SLOT_INSIDE = 200, 201, 202, 203, 204


def monitor(plan, directory, stdio, wants_in=True, log=True, max_bytes=-1, max_files=1, attrs=""):
    plan.add("MON_DIR", directory.path)
    if log:
        plan.add("MON_LOG", max_bytes, max_files, directory.log, attrs)
    return plan.add("MON_STDIO", stdio, int(wants_in))


def plain(directory, argv, stdio=pb.PIPES, fd_count=0, settings=(), parent=(), child=(), **more):
    """A process on the host's own root; settings, parent and child are ops to add at their places."""
    plan = monitor(pb.Plan(fd_count), directory, stdio, **more)
    for op in settings:
        plan.add(*op)
    plan.add("CLONE", 0, -1)
    for op in parent:
        plan.parent(*op)
    if stdio == pb.PTY:
        plan.add("OPENAT2", SLOT_ROOT, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, "/")
        plan.add("CONSOLE", SLOT_ROOT, 24, 80, 0, 5, 0)
    else:
        plan.add("SETSID")
    for op in child:
        plan.add(*op)
    plan.add("DEFAULT_SIGNALS")
    return plan.execute(*argv)


def _filesystem(plan, kind, target, attributes, **options):
    plan.add("FSOPEN", SLOT_FS, kind)
    for key, value in options.items():
        plan.add("FSCONFIG", SLOT_FS, key, value) if value is not True else plan.add("FSCONFIG_FLAG", SLOT_FS, key)
    plan.add("FSMOUNT", SLOT_MOUNT, SLOT_FS, attributes)
    plan.add("ENSURE_DIR", SLOT_AT, SLOT_ROOT, 0o755, target)
    plan.add("MOVE_MOUNT", SLOT_MOUNT, SLOT_AT, 0, "")


def build_root(plan, directory):
    """A root of tmpfs with busybox bound into it, in slot SLOT_ROOT; not entered yet."""
    root = directory.path + "/root"
    plan.add("MOUNT", pb.CWD, MS_REC | MS_PRIVATE, "", "/", "", "")
    plan.add("MKDIR", pb.CWD, 0o755, root)
    plan.add("FSOPEN", SLOT_FS, "tmpfs").add("FSCONFIG", SLOT_FS, "mode", "0755")
    plan.add("FSMOUNT", SLOT_MOUNT, SLOT_FS, NODEV)
    plan.add("OPENAT2", SLOT_ROOT, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, root)
    plan.add("MOVE_MOUNT", SLOT_MOUNT, SLOT_ROOT, 0, "")
    plan.add("OPENAT2", SLOT_ROOT, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, root)
    plan.add("OPEN_TREE", SLOT_MOUNT, pb.CWD, OPEN_TREE_CLONE, BUSYBOX)
    plan.add("ENSURE_FILE", SLOT_AT, SLOT_ROOT, 0o755, "bin/busybox")
    plan.add("MOVE_MOUNT", SLOT_MOUNT, SLOT_AT, 0, "")
    for applet in APPLETS:
        plan.add("SYMLINK", SLOT_ROOT, "busybox", "bin/" + applet)
    _filesystem(plan, "proc", "proc", NOSUID | NODEV | NOEXEC)
    _filesystem(plan, "tmpfs", "dev", NOSUID, mode="0755")
    _filesystem(plan, "devpts", "dev/pts", NOSUID | NOEXEC, newinstance=True, ptmxmode="0666", mode="0620")
    plan.add("SYMLINK", SLOT_ROOT, "pts/ptmx", "dev/ptmx")
    _filesystem(plan, "tmpfs", "tmp", NOSUID | NODEV, mode="1777")
    return plan


def protect(plan):
    plan.add("OPENAT2", SLOT_INSIDE, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, "/")
    for path in ("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/nowhere/at/all"):
        plan.add("MASK", SLOT_INSIDE, path)
    for path in ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/nowhere"):
        plan.add("READONLY", SLOT_INSIDE, path)
    return plan


def container(directory, argv, stdio=pb.PIPES, init=False, console=0, before_pivot=(), child=(), parent=(),
              settings=(), flags=NAMESPACES, caps=DEFAULT_CAPS, **more):
    plan = monitor(pb.Plan(), directory, stdio, **more)
    for op in settings:
        plan.add(*op)
    plan.add("CLONE", flags, -1)
    for op in parent:
        plan.parent(*op)
    plan.add("LOOPBACK_UP").add("SETHOSTNAME", "box").add("SETDOMAINNAME", "example")
    build_root(plan, directory)
    for name, minor in (("null", 3), ("zero", 5), ("full", 7)):
        plan.add("MKNOD", SLOT_ROOT, 0o20666, 1 << 8 | minor, 0, 0, "dev/" + name)
    if stdio == pb.PTY:
        plan.add("CONSOLE", SLOT_ROOT, 24, 80, 0, 5, console)
    for op in before_pivot:
        plan.add(*op)
    plan.add("PIVOT", SLOT_ROOT)
    protect(plan)
    for op in child:
        plan.add(*op)
    plan.add("CAP_BOUNDING", caps).add("CAP_SET", caps, caps, 0)
    plan.add("CHDIR", "/")
    if init:
        plan.add("INIT")
    elif stdio != pb.PTY:
        plan.add("SETSID")
    plan.add("DEFAULT_SIGNALS")
    return plan.execute(*argv, env=("PATH=/bin", "HOME=/"), search="/bin")


def filters(*instructions):
    """A seccomp program from (code, jt, jf, k)."""
    return b"".join(struct.pack("<HBBI", *i) for i in instructions)


def forbid(number, errno):
    """A seccomp program that refuses one system call of this architecture's and allows the rest."""
    return filters((0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno), (0x06, 0, 0, 0x7FFF0000))
