"""Whole containers of busybox: namespaces, root, protected paths, capabilities, init."""
import errno
import os
import signal
import unittest

import plan_builder as pb
from container import (CONSOLE_BIND, CONSOLE_NO_ONLCR, DEFAULT_CAPS, NAMESPACES, SLOT_ROOT, container, forbid,
                       plain)
from launched import CREATED, EXITED, FAILED, GO, RAW, STARTED, Directory, Task, frame, message, receive_all, receive_exactly

MKDIR = 83


class Container(unittest.TestCase):
    def setUp(self):
        self.directory = Directory().__enter__()
        self.addCleanup(self.directory.__exit__)

    def run_container(self, script, status=0, **more):
        with Task(container(self.directory, ["sh", "-c", script], **more)) as task:
            got = task.receive()
            self.assertEqual(STARTED, got[0], got)
            self.assertEqual(status, task.expect(EXITED)[2], self.directory.output("stderr"))
        return self.directory.output()

    def test_namespaces_are_its_own(self):
        out = self.run_container("hostname; cat /proc/sys/kernel/domainname; echo $$; ls -d /proc/[0-9]*; "
                                 "for n in mnt uts ipc net pid cgroup; do readlink=$(ls -l /proc/self/ns/$n); echo ${readlink##* }; done")
        lines = out.split()
        self.assertEqual(["box", "example", "1"], lines[:3])
        self.assertLessEqual(sum(line.startswith("/proc/") for line in lines), 3)
        for kind, own in zip(("mnt", "uts", "ipc", "net", "pid", "cgroup"), lines[-6:]):
            self.assertTrue(own.startswith(kind + ":["), own)
            self.assertNotEqual(os.readlink(f"/proc/self/ns/{kind}"), own)

    def test_loopback_is_up(self):
        flags = self.run_container("cat /sys/class/net/lo/flags 2>/dev/null; busybox ip link show lo")
        self.assertIn("LOOPBACK,UP", flags)

    def test_root_is_its_own(self):
        out = self.run_container("ls /; ls -a /tmp; echo x > /tmp/x; cat /tmp/x; ls -ld /tmp; cat /proc/self/mountinfo; echo data > /dev/null; ls -l /dev")
        self.assertIn("bin\ndev\nproc\ntmp\n", out)
        mounts = {}
        for line in self.directory.output().splitlines():
            fields = line.split()
            if len(fields) > 9 and fields[0].isdigit():
                mounts[fields[4]] = fields
        # Nothing of the host's tree is left below the old root.
        self.assertEqual({"/", "/bin/busybox", "/proc", "/dev", "/dev/pts", "/tmp"},
                         {m for m in mounts if not m.startswith("/proc/")})
        self.assertTrue(all(len(f) > 6 and "shared:" not in " ".join(f) for f in mounts.values()))
        self.assertIn("ro", mounts["/proc/sys"][5].split(","))

    def test_protected_paths(self):
        out = self.run_container(
            "echo $(ls -a /proc/acpi); cat /proc/keys | wc -c; cat /proc/timer_list 2>&1 | wc -c; "
            "touch /proc/acpi/x 2>&1; echo 1 > /proc/sys/kernel/domainname; ls /proc/sys/kernel > /dev/null && echo readable")
        acpi = os.path.isdir("/proc/acpi")
        self.assertIn(". ..\n" if acpi else "\n", out)
        self.assertIn("Read-only file system", self.directory.output("stderr") + out)
        self.assertTrue(out.endswith("readable\n"))
        self.assertEqual("0", out.splitlines()[1])

    def test_what_it_may(self):
        with open("/proc/sys/kernel/cap_last_cap") as f:
            last = int(f.read())
        out = self.run_container("grep Cap /proc/self/status; busybox mount -t tmpfs none /tmp; mkdir /tmp/x || echo refused",
                                 child=[("SECCOMP", 0, -1, forbid(MKDIR, errno.EPERM), "")])
        caps = DEFAULT_CAPS & ((1 << (last + 1)) - 1)
        for name in ("CapPrm", "CapEff", "CapBnd"):
            self.assertIn(f"{name}:\t{caps:016x}", out)
        self.assertIn("refused", out)
        self.assertIn("permission denied", self.directory.output("stderr").lower())

    def test_no_descriptor_leaks(self):
        out = self.run_container("ls /proc/self/fd; ls -l /proc/self/cwd; for f in /proc/1/fd/*; do echo $f; done")
        self.assertEqual({"0", "1", "2", "3"}, {line for line in out.splitlines() if line.isdigit()})
        self.assertIn("cwd -> /\n", out)

    def test_terminal(self):
        plan = container(self.directory, ["sh", "-c", "tty; ls -l /dev/console /dev/ptmx; stty size; read x; echo $x"],
                         stdio=pb.PTY, console=CONSOLE_BIND | CONSOLE_NO_ONLCR, parent=[("SYNC",)])
        with Task(plan) as task:
            task.expect(CREATED)
            client = self.directory.attach(flags=RAW)
            task.control.send(message(GO))
            task.expect(STARTED)
            client.sendall(frame(0, b"typed\n"))
            out = receive_all(client).decode()
            self.assertEqual(0, task.expect(EXITED)[2])
        self.assertNotIn("\r", out)
        self.assertIn("/dev/pts/0\n", out)
        self.assertIn("136,   0", out)
        self.assertIn("24 80\n", out)
        self.assertTrue(out.endswith("typed\n"))
        self.assertEqual(out, self.directory.output())

    def test_pid_one_takes_all_with_it(self):
        # A background process of the container ends with it, and its open pipe holds nothing up.
        self.run_container("sleep 1000 & echo started", settings=[("MON_DRAIN", 60000)])
        self.assertEqual("started\n", self.directory.output())

    def test_failing_step_leaves_nothing(self):
        with open("/proc/self/mountinfo") as f:
            before = f.read()
        with Task(container(self.directory, ["no-such-program"])) as task:
            failed = task.expect(FAILED)
            self.assertEqual(("EXEC", errno.ENOENT, b"no-such-program"), (pb.NAMES[failed[3] & 0xFFFF], failed[2], failed[5]))
            self.assertEqual(1, task.finish())
        with open("/proc/self/mountinfo") as f:
            self.assertEqual(before, f.read())

    def test_hostile_root(self):
        """Links in the image lead nowhere but back into the root."""
        escape = self.directory.path + "/escaped"
        os.mkdir(escape)
        self.run_container(
            "ls -l /up/; cat /etc/made",
            before_pivot=[("SYMLINK", SLOT_ROOT, "/../../../../../../.." + escape, "up"),
                          ("SYMLINK", SLOT_ROOT, escape + "/etc", "etc"),
                          ("ENSURE_DIR", 30, SLOT_ROOT, 0o755, "up/one"), ("ENSURE_FILE", 31, SLOT_ROOT, 0o644, "etc/made"),
                          ("MKNOD", SLOT_ROOT, 0o10600, 0, 0, 0, "up/two/pipe")])
        self.assertEqual([], os.listdir(escape))
        self.assertIn("one", self.directory.output())
        self.assertIn("two", self.directory.output())

    def test_exec_into_it(self):
        with Task(container(self.directory, ["sleep", "1000"])) as first:
            pid = first.expect(STARTED)[1]
            pidfd = os.pidfd_open(pid)
            with Directory() as other:
                kinds = NAMESPACES & ~0x20000000
                plan = plain(other, ["sh", "-c", "hostname; echo $(ls /); echo /proc/[0-9]*; ls -d /proc/$PPID"], fd_count=1,
                             settings=[("SETNS", 0, 0x20000000)], child=[("SETNS", 0, kinds)])
                with Task(plan, slots=[pidfd]) as second:
                    second.expect(STARTED)
                    second.expect(EXITED)
                out = other.output().split("\n")
                self.assertEqual(["box", "bin dev proc tmp"], out[:2])
                self.assertIn("/proc/1 ", out[2])
            os.kill(pid, 9)
            first.expect(EXITED)


class Init(unittest.TestCase):
    def setUp(self):
        self.directory = Directory().__enter__()
        self.addCleanup(self.directory.__exit__)

    def start(self, script, **more):
        task = Task(container(self.directory, ["sh", "-c", script], init=True, **more)).__enter__()
        self.addCleanup(task.__exit__)
        self.pid = task.expect(STARTED)[1]
        return task

    def test_exits_as_the_command(self):
        for script, status in (("exit 5", 5 << 8), ("kill -9 $$", (128 + 9) << 8), ("true", 0)):
            with Directory() as directory, Task(container(directory, ["sh", "-c", script], init=True)) as task:
                task.expect(STARTED)
                self.assertEqual(status, task.expect(EXITED)[2])

    def test_reaps_orphans(self):
        task = self.start("(sh -c 'sleep 0.05; exit 3' & ) ; sleep 0.3; ps -o pid,ppid,stat,comm; read x")
        while "COMMAND" not in self.directory.output() and "read" not in self.directory.output():
            os.sched_yield()
        self.assertNotIn(" Z ", self.directory.output())
        self.assertIn("sampan-init", self.directory.output())
        os.kill(self.pid, signal.SIGKILL)
        task.expect(EXITED)

    def test_forwards_signals(self):
        task = self.start("trap 'echo usr1' USR1; trap 'echo term; exit 7' TERM; echo ready; while :; do sleep 0.05; done")
        while "ready" not in self.directory.output():
            os.sched_yield()
        os.kill(self.pid, signal.SIGUSR1)
        while "usr1" not in self.directory.output():
            os.sched_yield()
        os.kill(self.pid, signal.SIGTERM)
        self.assertEqual(7 << 8, task.expect(EXITED)[2])
        self.assertEqual("ready\nusr1\nterm\n", self.directory.output())

    def test_holds_nothing(self):
        task = self.start("ls -l /proc/1/fd | grep -c null; ls /proc/1/fd; exec sleep 1000")
        fds = os.listdir(f"/proc/{self.pid}/fd")
        while "2" not in self.directory.output().split("\n"):
            os.sched_yield()
        fds = os.listdir(f"/proc/{self.pid}/fd")
        self.assertEqual(["0", "1", "2"], sorted(fds))
        self.assertEqual("/", os.readlink(f"/proc/{self.pid}/cwd"))
        os.kill(self.pid, signal.SIGKILL)
        task.expect(EXITED)

    def test_failing_command(self):
        with Task(container(self.directory, ["no-such"], init=True)) as task:
            failed = task.expect(FAILED)
            self.assertEqual(("EXEC", errno.ENOENT), (pb.NAMES[failed[3] & 0xFFFF], failed[2]))

    def test_terminal_belongs_to_the_command(self):
        plan = container(self.directory, ["cat"], init=True, stdio=pb.PTY, parent=[("SYNC",)])
        with Task(plan) as task:
            task.expect(CREATED)
            client = self.directory.attach(flags=RAW)
            task.control.send(message(GO))
            task.expect(STARTED)
            client.sendall(frame(0, b"up\n"))
            receive_exactly(client, 8)
            client.sendall(frame(0, b"\x03"))
            self.assertEqual((128 + signal.SIGINT) << 8, task.expect(EXITED)[2])

    def test_without_a_pid_namespace(self):
        plan = plain(self.directory, ["sh", "-c", "(true & ) ; exit 4"], child=[("INIT",)])
        with Task(plan) as task:
            pid = task.expect(STARTED)[1]
            self.assertEqual((pid, 4 << 8), task.expect(EXITED)[1:3])


if __name__ == "__main__":
    unittest.main()
