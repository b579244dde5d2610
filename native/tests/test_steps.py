"""Single steps of a plan and what they leave behind, mostly without a container around them."""
import array
import errno
import json
import os
import signal
import socket
import stat
import struct
import unittest

import plan_builder as pb
from container import (AT_RECURSIVE, NEWNS, NEWTIME, NEWUSER, NEWUTS, O_DIRECTORY, O_PATH, OPEN_TREE_CLONE, RDONLY,
                       forbid, filters, plain)
from launched import (CREATED, EXITED, FAILED, OOM_SEEN, STARTED, STATE, STDIN, SUPERVISE, Directory, Task, frame,
                      receive_message)

MKDIR = 83  # mkdir(2) on x86-64
SENDMSG = 46
MS_REC_PRIVATE = 0x44000


class Steps(unittest.TestCase):
    def setUp(self):
        self.directory = Directory().__enter__()
        self.addCleanup(self.directory.__exit__)
        self.path = self.directory.path

    def run_plan(self, plan, slots=(), status=0, extra=None):
        """What the task printed on stdout."""
        with Task(plan, slots=list(slots), extra=extra) as task:
            got = task.receive()
            self.assertEqual(STARTED, got[0], got)
            self.pid = got[1]
            self.assertEqual(status, task.expect(EXITED)[2], self.directory.output("stderr"))
        return self.directory.output()

    def run_plain(self, script, status=0, slots=(), **more):
        return self.run_plan(plain(self.directory, ["sh", "-c", script], fd_count=len(slots), **more), slots, status)

    def fails(self, errno_, op, **more):
        with Task(plain(self.directory, ["true"], **more)) as task:
            got = task.receive()
            self.assertEqual(FAILED, got[0])
            self.assertEqual((op, errno_), (pb.NAMES[got[3] & 0xFFFF], got[2]))

    def root(self, slot=0):
        """Opens the task's directory into a slot."""
        return ("OPENAT2", slot, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, self.path)

    def test_files(self):
        self.run_plain("true", child=[
            self.root(), ("ENSURE_DIR", 1, 0, 0o711, "a/b"), ("CHMOD", 1, 0o1777), ("CHOWN", 1, 7, 8),
            ("ENSURE_FILE", 2, 0, 0o640, "a/file"), ("CHOWN", 2, -1, 9), ("WRITE_FILE", 0, "a/file", b"data\0data"),
            ("MKDIR", 0, 0o700, "plain"), ("MKDIR", 0, 0o777, "plain"), ("SYMLINK", 0, "target", "deep/er/link"),
            ("SYMLINK", 0, "other", "deep/er/link"), ("MKNOD", 0, stat.S_IFCHR | 0o620, os.makedev(1, 3), 3, 4, "dev/node"),
            ("MKNOD", 0, stat.S_IFCHR | 0o666, os.makedev(1, 3), 5, 6, "dev/node"),
            ("MKNOD", 0, stat.S_IFIFO | 0o600, 0, 0, 0, "dev/pipe"), ("ENSURE_DIR", -1, 0, 0o700, "only-made")])
        def of(name):
            s = os.lstat(os.path.join(self.path, name))
            return stat.S_IFMT(s.st_mode), stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid
        self.assertEqual((stat.S_IFDIR, 0o1777, 7, 8), of("a/b"))
        self.assertEqual((stat.S_IFREG, 0o640, 0, 9), of("a/file"))
        self.assertEqual(b"data\0data", open(self.path + "/a/file", "rb").read())
        self.assertEqual((stat.S_IFDIR, 0o700, 0, 0), of("plain"))
        self.assertEqual("target", os.readlink(self.path + "/deep/er/link"))
        self.assertEqual((stat.S_IFCHR, 0o666, 5, 6), of("dev/node"))
        self.assertEqual(stat.S_IFIFO, of("dev/pipe")[0])
        self.assertEqual((stat.S_IFDIR, 0o700, 0, 0), of("only-made"))

    def test_files_that_are_in_the_way(self):
        os.mkdir(self.path + "/dir")
        self.fails(errno.EEXIST, "SYMLINK", child=[self.root(), ("SYMLINK", 0, "t", "dir")])
        self.fails(errno.EEXIST, "MKNOD", child=[self.root(), ("MKNOD", 0, stat.S_IFIFO | 0o600, 0, 0, 0, "dir")])
        self.fails(errno.ENOTDIR, "ENSURE_DIR", child=[self.root(), ("ENSURE_FILE", -1, 0, 0o600, "f"),
                                                       ("ENSURE_DIR", -1, 0, 0o700, "f")])
        self.fails(errno.ENOENT, "WRITE_FILE", child=[self.root(), ("WRITE_FILE", 0, "absent", "x")])

    def test_working_directory_stays_in_the_root(self):
        self.assertEqual("/usr\n", self.run_plain("pwd", child=[("CHDIR", "/usr")]))

    def test_working_directory_outside_the_root(self):
        # The slot's directory lies outside the new root; its number is that of the launcher's slot 0.
        os.mkdir(self.path + "/inside")
        plan = pb.Plan(1).add("MON_DIR", self.path).add("CLONE", 0, -1)
        plan.add("OPENAT2", 1, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, "/").add("OPENAT2", 2, pb.CWD, 0o200000, 0, 0, "/proc/self/fd")
        plan.add("OPENAT2", 3, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, "/proc")
        plan.add("UNSHARE", NEWNS).add("MOUNT", pb.CWD, MS_REC_PRIVATE, "", "/", "", "")
        plan.add("OPENAT2", 4, pb.CWD, O_PATH | O_DIRECTORY, 0, 0, self.path)
        plan.add("MKDIR", 4, 0o755, "proc").add("MOUNT", 4, 0x1000, "/proc", "proc", "", "")
        plan.add("CHROOT", 4).add("CHDIR", "/proc/self/fd/5").execute("/true")
        outside = os.open("/usr", os.O_PATH)
        with Task(plan, slots=[outside]) as task:
            failed = task.expect(FAILED)
            self.assertEqual(("CHDIR", errno.EXDEV), (pb.NAMES[failed[3] & 0xFFFF], failed[2]))

    def test_umask(self):
        self.assertEqual("0027\n", self.run_plain("umask", child=[("UMASK", 0o27)]))
        before = os.umask(0o35)
        try:
            self.assertTrue(self.run_plain("umask").endswith("0035\n"))
        finally:
            os.umask(before)

    def test_limits_and_scheduling(self):
        idle = struct.pack("<IIQiIQQQ", 48, 5, 0, 0, 0, 0, 0, 0)
        out = self.run_plain(
            "ulimit -n; ulimit -Hn; grep Cpus_allowed: /proc/self/status; cat /proc/self/personality; "
            "cat /proc/self/oom_score_adj; grep policy /proc/self/sched",
            child=[("RLIMIT", 7, 100, 200), ("AFFINITY", b"\1"), ("PERSONALITY", 0x0040000), ("SCHED_ATTR", idle),
                   ("IOPRIO", 3 << 13), ("PDEATHSIG", 0)],
            parent=[("WRITE_CHILD", "oom_score_adj", "123"), ("RLIMIT", 4, 0, 0), ("AFFINITY", b"\3")])
        lines = out.split("\n")
        self.assertEqual(["100", "200"], lines[:2])
        self.assertEqual(1, int(lines[2].split()[1].replace(",", ""), 16))
        self.assertEqual("00040000", lines[3])
        self.assertEqual("123", lines[4])

    def test_credentials(self):
        groups = struct.pack("<3I", 10, 20, 4000000000)
        out = self.run_plain("grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs)' /proc/self/status", child=[
            ("CAP_BOUNDING", 0x21), ("KEEP_CAPS", 1), ("SETGROUPS", groups), ("SETGID", 12), ("SETUID", 34),
            ("CAP_SET", 0x21, 0x21, 0x21), ("CAP_AMBIENT", 0x20), ("NO_NEW_PRIVS",), ("KEEP_CAPS", 0)])
        values = dict(line.split(":\t") for line in out.replace(":\t ", ":\t").splitlines())
        self.assertEqual(("34\t34\t34\t34", "12\t12\t12\t12"), (values["Uid"], values["Gid"]))
        self.assertEqual("10 20 4000000000", values["Groups"].strip())
        self.assertEqual([0x20, 0x20, 0x20, 0x21, 0x21, 1],
                         [int(values[k], 16) for k in ("CapAmb", "CapEff", "CapPrm", "CapBnd", "CapInh", "NoNewPrivs")])

    def test_seccomp(self):
        out = self.run_plain(f"mkdir {self.path}/x 2>&1; grep Seccomp: /proc/self/status",
                             child=[("SECCOMP", 0, -1, forbid(MKDIR, errno.ENOSPC), "")])
        self.assertIn("No space left", out)
        self.assertIn("2", out.splitlines()[-1])

    def test_seccomp_under_which_nothing_can_be_reported_by_calls(self):
        # Every call is an error but execve, exit_group (231) and what comes between: mmap, signals, dup2, umask.
        allow = [59, 231, 9, 13, 14, 33, 72, 95, 436]
        program = filters((0x20, 0, 0, 0), *[(0x15, len(allow) - i, 0, n) for i, n in enumerate(allow)],
                          (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000))
        with Task(plain(self.directory, ["no-such-program"], child=[("SECCOMP", 0, -1, program, "")])) as task:
            self.assertEqual((FAILED, errno.ENOENT), task.receive()[::2][:2])

    def test_seccomp_notification(self):
        # The call that hands the descriptor over: of the process itself it would wait for ever.
        notify = filters((0x20, 0, 0, 0), (0x15, 0, 1, SENDMSG), (0x06, 0, 0, 0x7FC00000), (0x06, 0, 0, 0x7FFF0000))
        here, there = socket.socketpair()
        plan = plain(self.directory, ["true"], fd_count=1, child=[("SECCOMP", 0, 0, notify, '{"pid":@PID@,"also":@PID@}')])
        with Task(plan, slots=[there.fileno()]) as task:
            there.close()
            data, fds, _, _ = socket.recv_fds(here, 100, 1)
            self.assertIn("seccomp notify", os.readlink(f"/proc/self/fd/{fds[0]}"))
            self.assertEqual(b"", here.recv(1))
            pid = task.expect(STARTED)[1]
            self.assertEqual({"pid": pid, "also": pid}, json.loads(data))
            task.expect(EXITED)
            os.close(fds[0])

    def test_seccomp_notification_that_nobody_takes(self):
        here, there = socket.socketpair()
        here.close()
        notify = filters((0x20, 0, 0, 0), (0x15, 0, 1, MKDIR), (0x06, 0, 0, 0x7FC00000), (0x06, 0, 0, 0x7FFF0000))
        plan = plain(self.directory, ["true"], fd_count=1, child=[("SECCOMP", 0, 0, notify, "x")])
        with Task(plan, slots=[there.fileno()]) as task:
            failed = task.expect(FAILED)
            self.assertEqual(("SECCOMP", errno.EPIPE), (pb.NAMES[failed[3] & 0xFFFF], failed[2]))

    def test_program_is_found_before_it_runs(self):
        os.mkdir(self.path + "/folder")
        open(self.path + "/text", "w").close()
        path = f"/nowhere:{self.path}:/bin"
        for name in ("true", "/bin/true"):
            self.assertEqual("", self.run_plain("true", child=[("FIND_PROGRAM", name, path)]))
        for name, why in (("absent", errno.ENOENT), ("/no/where", errno.ENOENT), ("text", errno.ENOENT), (self.path + "/text", errno.EACCES), ("folder", errno.ENOENT),
                          (self.path + "/folder", errno.EISDIR), ("/etc/passwd/x", errno.ENOTDIR)):
            self.fails(why, "FIND_PROGRAM", child=[("FIND_PROGRAM", name, path)])

    def test_passed_descriptors(self):
        pipes = [os.pipe() for _ in range(3)]
        ends = [w for _, w in pipes]
        # Targets that are the numbers of other slots: 5, 6 and 7 are where slots begin.
        out = self.run_plain("for i in 3 6 5; do echo to $i >&$i; done; ls /proc/self/fd", slots=ends,
                             child=[("PASS_FD", 0, 6), ("PASS_FD", 1, 5), ("PASS_FD", 2, 3)])
        for (r, w), want in zip(pipes, (b"to 6\n", b"to 5\n", b"to 3\n")):
            os.close(w)
            self.assertEqual(want, os.read(r, 100))
        self.assertEqual(["0", "1", "2", "3", "4", "5", "6"], sorted(out.split()))

    def test_nothing_leaks(self):
        leak = os.open("/etc/passwd", os.O_RDONLY)
        slot = os.open("/", os.O_PATH)
        plan = plain(self.directory, ["sh", "-c", "ls -l /proc/self/fd; ls -ld /proc/$PPID/cwd"], fd_count=1,
                     child=[("OPENAT2", 9, pb.CWD, 0, 0, 0, "/etc/passwd")])
        out = self.run_plan(plan, [slot], extra={leak: 500})
        names = [line.split()[8] for line in out.splitlines() if "->" in line and "/fd" not in line.split()[8]]
        self.assertEqual(["0", "1", "2", "3"], sorted(n for n in names if n.isdigit()))
        self.assertIn("-> /proc/", [line for line in out.splitlines() if " 3 -> " in line][0])

    def test_monitor_is_clean(self):
        plan = plain(self.directory, ["sh", "-c", "read x"], fd_count=1, child=[("UMASK", 0o22)])
        leak = os.open("/etc/passwd", os.O_RDONLY)
        with Task(plan, slots=[leak], extra={leak: 500}) as task:
            pid = task.expect(STARTED)[1]
            targets = [os.readlink(f"/proc/{task.pid}/fd/{n}") for n in os.listdir(f"/proc/{task.pid}/fd")]
            self.assertFalse([t for t in targets if "passwd" in t or "memfd" in t])
            self.assertEqual("/", os.readlink(f"/proc/{task.pid}/cwd"))
            status = open(f"/proc/{task.pid}/status").read()
            self.assertIn("Name:\tsampan-launch\n", status)
            self.assertEqual(task.pid, os.getsid(task.pid))
            self.assertNotEqual(task.pid, os.getsid(pid))
            for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
                os.kill(task.pid, ignored)
            os.kill(pid, 9)
            task.expect(EXITED)

    def test_signals_are_the_programs_own(self):
        before = signal.signal(signal.SIGUSR1, signal.SIG_IGN), signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
        try:
            out = self.run_plain("grep -E '^Sig(Blk|Ign)' /proc/self/status")
        finally:
            signal.signal(signal.SIGUSR1, before[0])
            signal.pthread_sigmask(signal.SIG_SETMASK, before[1])
        self.assertEqual("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", out)

    def test_program_by_descriptor(self):
        program = os.open("/bin/busybox", os.O_PATH)
        plan = pb.Plan(1).add("MON_DIR", self.path).add("MON_LOG", -1, 1, self.directory.log, "")
        plan.add("MON_STDIO", pb.PIPES, 0).add("CLONE", 0, -1).add("PASS_FD", 0, 20)
        plan.add("EXEC_FD", 0, pb.strings(["echo", "by", "descriptor"]), b"")
        self.assertEqual("by descriptor\n", self.run_plan(plan, [program]))

    def memory_group(self):
        v1 = os.path.isdir("/sys/fs/cgroup/memory")
        base = "/sys/fs/cgroup/memory" if v1 else "/sys/fs/cgroup"
        group = f"{base}/sampan-native-{os.getpid()}"
        os.mkdir(group)
        self.addCleanup(os.rmdir, group)
        with open(group + ("/memory.limit_in_bytes" if v1 else "/memory.max"), "w") as limit:
            limit.write(str(24 << 20))
        counter = group + ("/memory.oom_control" if v1 else "/memory.events")
        return group, ("MON_OOM", counter, "oom_kill", group + "/cgroup.event_control" if v1 else "")

    def test_oom_is_told_apart(self):
        group, watched = self.memory_group()
        for script, status, oom in (("kill -9 $$", 9, 0), ("exec tail /dev/zero", 9, 1)):
            plan = plain(self.directory, ["sh", "-c", script], settings=[watched],
                         parent=[("WRITE_PID", pb.CWD, group + "/cgroup.procs")])
            with Task(plan) as task:
                task.expect(STARTED)
                if oom:
                    self.assertGreater(task.expect(OOM_SEEN)[2], 0)
                self.assertEqual((status, oom), task.expect(EXITED)[2:4])
            self.assertEqual([status, oom], self.directory.numbers("exit")[1:3])

    def test_an_oom_of_one_that_lives_on_is_told_when_it_happens(self):
        group, watched = self.memory_group()
        script = "tail /dev/zero; read more; tail /dev/zero; read more; exit 7"
        plan = plain(self.directory, ["sh", "-c", script], settings=[watched],
                     parent=[("WRITE_PID", pb.CWD, group + "/cgroup.procs")])
        with Task(plan) as task:
            task.expect(STARTED)
            first = task.expect(OOM_SEEN)[2]
            self.assertGreater(first, 0)
            with self.directory.attach(SUPERVISE) as later:
                self.assertEqual(STATE, receive_message(later)[0])
                self.assertEqual((OOM_SEEN, first), receive_message(later)[0:3:2])
            with self.directory.attach(flags=STDIN) as client:
                client.sendall(frame(0, b"more\n"))
                second = task.expect(OOM_SEEN)[2]
                self.assertGreater(second, first)
                client.sendall(frame(0, b"more\n"))
                self.assertEqual((7 << 8, 1), task.expect(EXITED)[2:4])

    def test_the_end_of_the_cgroup_is_no_oom_to_a_monitor_that_lingers(self):
        group, watched = self.memory_group()
        plan = plain(self.directory, ["sh", "-c", "read go; yes | head -c 300000"], settings=[watched],
                     parent=[("WRITE_PID", pb.CWD, group + "/cgroup.procs")])
        with Task(plan) as task:
            task.expect(STARTED)
            with self.directory.attach() as reader, self.directory.attach(SUPERVISE) as supervisor:
                self.assertEqual(STATE, receive_message(supervisor)[0])
                reader.sendall(frame(0, b"go\n"))
                task.expect(EXITED)
                self.assertEqual(EXITED, receive_message(supervisor)[0])
                os.rmdir(group)
                os.mkdir(group)
                reader.close()
                self.assertIsNone(receive_message(supervisor))

    def test_user_namespace(self):
        maps = [("WRITE_CHILD", "uid_map", "0 100000 1000\n"), ("WRITE_CHILD", "gid_map", "0 200000 1000\n")]
        plan = pb.Plan().add("MON_DIR", self.path).add("MON_LOG", -1, 1, self.directory.log, "")
        plan.add("MON_STDIO", pb.PIPES, 0).add("MON_STDIO_OWNER", 100005, -1).add("CLONE", NEWUSER | NEWNS | NEWUTS, -1)
        for op in maps:
            plan.parent(*op)
        plan.add("SETGROUPS", b"").add("SETGID", 0).add("SETUID", 0).add("SETHOSTNAME", "inside")
        # Root of a fresh user namespace opens its own files in procfs.
        plan.add("WRITE_FILE", pb.CWD, "/proc/self/oom_score_adj", "200")
        plan.add("SETGID", 5).add("SETUID", 5)
        plan.execute("sh", "-c", "id -u; id -g; hostname; cat /proc/self/uid_map /proc/self/oom_score_adj; echo x > /dev/stdout")
        out = self.run_plan(plan).split()
        self.assertEqual(["5", "5", "inside", "0", "100000", "1000", "200", "x"], out)

    def test_time_namespace(self):
        plan = pb.Plan().add("MON_DIR", self.path).add("MON_LOG", -1, 1, self.directory.log, "")
        plan.add("MON_STDIO", pb.PIPES, 0).add("UNSHARE", NEWTIME)
        plan.add("WRITE_FILE", pb.CWD, "/proc/self/timens_offsets", "boottime 1000000 0\n").add("CLONE", 0, -1)
        up = float(self.run_plan(plan.execute("cat", "/proc/uptime")).split()[0])
        self.assertGreaterEqual(up, 1000000)

    def test_joined_namespaces(self):
        with Task(plain(self.directory, ["sleep", "1000"], child=[("UNSHARE", NEWUTS), ("SETHOSTNAME", "joined")])) as first:
            pid = first.expect(STARTED)[1]
            pidfd = os.pidfd_open(pid)
            with Directory() as other:
                plan = plain(other, ["hostname"], fd_count=1, child=[("SETNS", 0, NEWUTS)])
                with Task(plan, slots=[pidfd]) as second:
                    second.expect(STARTED)
                    second.expect(EXITED)
                self.assertEqual("joined\n", other.output())
            os.kill(pid, 9)
            first.expect(EXITED)

    def test_child_in_a_joined_namespace_cannot_be_looked_into(self):
        own = os.open("/proc/self/ns/uts", os.O_RDONLY)
        plan = plain(self.directory, ["true"], fd_count=1, child=[("SETNS", 0, NEWUTS), ("WAIT_START",)])
        with Task(plan, slots=[own]) as task:
            pid = task.expect(CREATED)[1]
            peer = os.fork()
            if peer == 0:
                os.setgroups([])
                os.setresuid(12345, 12345, 12345)
                os._exit(0)
            os.waitpid(peer, 0)
            # Not dumpable: its files in procfs belong to root, whatever it becomes.
            self.assertEqual(0, os.stat(f"/proc/{pid}/environ").st_uid)
            # Dumpable would be 1 in the core pattern's sense; the kernel shows it by who owns them.
            unprivileged = os.fork()
            if unprivileged == 0:
                os.setresuid(12345, 12345, 12345)
                try:
                    os.listdir(f"/proc/{pid}/fd")
                    os._exit(1)
                except PermissionError:
                    os._exit(0)
            self.assertEqual(0, os.waitpid(unprivileged, 0)[1])

    def test_copy_up(self):
        os.makedirs(self.path + "/from/dir")
        os.mkdir(self.path + "/to")
        with open(self.path + "/from/dir/file", "w") as f:
            f.write("copied")
        self.run_plain("true", child=[self.root(), ("ENSURE_DIR", 1, 0, 0o755, "from"), ("ENSURE_DIR", 2, 0, 0o755, "to"),
                                      ("COPY_UP", 1, 2)])
        self.assertEqual("copied", open(self.path + "/to/dir/file").read())

    def test_filesystem_explains_itself(self):
        plan = plain(self.directory, ["true"], child=[("FSOPEN", 0, "tmpfs"), ("FSCONFIG", 0, "size", "1m"),
                                                      ("FSCONFIG", 0, "source", "x"), ("FSCONFIG", 0, "uid", "4294967295")])
        with Task(plan) as task:
            failed = task.expect(FAILED)
            self.assertEqual(("FSCONFIG", errno.EINVAL), (pb.NAMES[failed[3] & 0xFFFF], failed[2]))
            self.assertIn(b"\0e tmpfs: ", failed[5])
            self.assertIn(b"uid", failed[5])

    def test_mounts(self):
        os.makedirs(self.path + "/source/sub")
        os.mkdir(self.path + "/target")
        self.run_plain(
            f"cat /proc/self/mountinfo | grep {self.path}; touch {self.path}/target/x; true",
            child=[("UNSHARE", NEWNS), ("MOUNT", pb.CWD, MS_REC_PRIVATE, "", "/", "", ""), self.root(),
                   ("MOUNT", 0, 0, "tmpfs", "source/sub", "tmpfs", "size=64k"),
                   ("OPEN_TREE", 1, 0, OPEN_TREE_CLONE | AT_RECURSIVE, "source"),
                   ("MOUNT_SETATTR", 1, AT_RECURSIVE, RDONLY, 0, 0, -1, 0),
                   ("MOVE_MOUNT", 1, 0, 0, "target")])
        rows = {line.split()[4][len(self.path):]: line.split()[5] for line in self.directory.output().splitlines()}
        self.assertTrue(rows["/source/sub"].startswith("rw"))
        self.assertTrue(rows["/target"].startswith("ro") and rows["/target/sub"].startswith("ro"), rows)
        self.assertIn("Read-only", self.directory.output("stderr"))

    def test_keyring(self):
        self.run_plain("true", child=[("KEYRING", "_ses.test")])

    def test_memory_policy(self):
        self.run_plain("true", child=[("MEMPOLICY", 0, b"")])


if __name__ == "__main__":
    unittest.main()
