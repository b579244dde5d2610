"""How launches end: records, typed failures, the daemon's death, what the daemon is told."""
import os
import select
import signal
import struct
import tempfile
import time
import unittest

import plan_builder as pb
from container import NEWPID, plain
from launched import (CREATED, EXITED, FAILED, GO, RAW, START, STARTED, STATE, SUPERVISE, Directory, Task, frame, message,
                      receive_message)

ENOENT, EACCES, EISDIR, ESRCH, EINVAL, EPIPE, ETIMEDOUT, ECANCELED = 2, 13, 21, 3, 22, 32, 110, 125


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def wait_gone(pid):
    """Waits for the end of a process that is not our child."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    select.select([fd], [], [], 60)
    os.close(fd)


class Ends(unittest.TestCase):
    def run_plain(self, argv, **more):
        with Directory() as directory:
            before = time.time_ns()
            with Task(plain(directory, argv, **more)) as task:
                started = task.expect(STARTED)
                ended = task.expect(EXITED)
                self.assertIsNone(task.receive())
                self.assertEqual(0, task.finish())
            pid, status, oom, started_ns, finished_ns = directory.numbers("exit")
            self.assertEqual((pid, status, oom, finished_ns), ended[1:5])
            self.assertEqual((pid, started_ns), started[1:3])
            self.assertTrue(before <= started_ns <= finished_ns <= time.time_ns())
            self.assertEqual([pid, started_ns], [directory.numbers("pid")[i] for i in (0, 2)])
            self.assertGreater(directory.numbers("pid")[1], 0)
            self.assertEqual(["exit", "log.json", "pid"], sorted(os.listdir(directory.path)))
            return status, oom

    def test_exit_codes(self):
        self.assertEqual((0, 0), self.run_plain(["true"]))
        self.assertEqual((3 << 8, 0), self.run_plain(["sh", "-c", "exit 3"]))
        self.assertEqual((255 << 8, 0), self.run_plain(["sh", "-c", "exit 255"]))

    def test_signals_are_no_exit_codes(self):
        self.assertEqual((signal.SIGKILL, 0), self.run_plain(["sh", "-c", "kill -9 $$"]))
        status, _ = self.run_plain(["sh", "-c", "ulimit -c 0; kill -SEGV $$"])
        self.assertEqual(signal.SIGSEGV, status & 0x7F)
        self.assertEqual((137 << 8, 0), self.run_plain(["sh", "-c", "exit 137"]))

    def test_stdio_null(self):
        self.assertEqual((0, 0), self.run_plain(["sh", "-c", "echo lost; test ! -s /dev/stdin"], stdio=pb.NULL))

    def test_reader_refusal(self):
        plan = pb.Plan().add("CLONE", pb.OPS["CLONE"][0] << 4, -1).execute("true")
        with Task(plan) as task:
            _, step, errno, where, _, text = task.expect(FAILED)
            self.assertEqual((0, EINVAL, pb.OPS["CLONE"][0] | pb.REFUSED << 16), (step, errno, where))
            self.assertIn(b"clone takes namespace flags only", text)
            self.assertIsNone(task.receive())
            self.assertEqual(2, task.finish())

    def test_no_plan_at_all(self):
        for data in (b"", b"\0" * 5, os.urandom(100)):
            with Task(data) as task:
                self.assertEqual(pb.REFUSED, task.expect(FAILED)[3] >> 16)
                self.assertEqual(2, task.finish())

    def fails(self, argv=("true",), **more):
        """(name of the op, stage, errno, d, text) of a launch that fails; its record says the same."""
        with Directory() as directory:
            plan = plain(directory, list(argv), **more)
            with Task(plan) as task:
                _, step, errno, where, d, text = task.expect(FAILED)
                self.assertIsNone(task.receive())
                self.assertEqual(1, task.finish())
            code, stage = where & 0xFFFF, where >> 16
            self.assertEqual(plan.names[step], pb.NAMES[code])
            path = text.split(b"\0")[0]
            with open(os.path.join(directory.path, "fail"), "rb") as record:
                self.assertEqual(b"%d %d %d %d %s\n" % (step, code, stage, errno, path), record.read())
            self.assertFalse(os.path.exists(directory.path + "/exit"))
            self.assertFalse(os.path.exists(directory.path + "/attach.sock"))
            return pb.NAMES[code], stage, errno, d, text

    def test_failing_steps_are_typed(self):
        self.assertEqual(("CHDIR", pb.CHILD, ENOENT, 0, b"/no/such/place"), self.fails(child=[("CHDIR", "/no/such/place")]))
        self.assertEqual(("WRITE_PID", pb.PARENT, ENOENT, 0, b"/no/cgroup.procs"),
                         self.fails(parent=[("WRITE_PID", pb.CWD, "/no/cgroup.procs")]))
        self.assertEqual(("MON_OOM", pb.MONITOR, ENOENT, 0, b"/no/memory.events"),
                         self.fails(settings=[("MON_OOM", "/no/memory.events", "oom_kill", "")]))
        self.assertEqual(("SYMLINK", pb.CHILD, 9, 0, b"where"),
                         self.fails(child=[("OPENAT2", 5, pb.CWD, 0, 0, 0, "/dev/null"), ("CLOSE", 5),
                                           ("SYMLINK", 5, "target", "where")]))

    def test_exec_failures_tell_126_from_127(self):
        self.assertEqual(("EXEC", pb.CHILD, ENOENT, 0, b"no-such-program"), self.fails(["no-such-program"]))
        self.assertEqual(("EXEC", pb.CHILD, ENOENT, 0, b"/no/such"), self.fails(["/no/such"]))
        self.assertEqual(("EXEC", pb.CHILD, EACCES, 0, b"/etc/passwd"), self.fails(["/etc/passwd"]))
        self.assertEqual(("EXEC", pb.CHILD, EISDIR, 0, b"/etc"), self.fails(["/etc"]))

    def test_an_executable_that_is_no_program_is_the_process_own_end(self):
        with tempfile.NamedTemporaryFile(suffix=".sh") as script:
            os.fchmod(script.fileno(), 0o755)
            script.write(b"text, no program")
            script.flush()
            script.file.close()
            with Directory() as directory, Task(plain(directory, [script.name])) as task:
                task.expect(STARTED)
                self.assertEqual(255 << 8, task.expect(EXITED)[2])

    def test_flags_let_steps_fail(self):
        with Directory() as directory:
            plan = pb.Plan().add("MON_DIR", directory.path).add("CLONE", 0, -1)
            plan.add("OPENAT2", 5, pb.CWD, 0, 0, 0, "/no/such", flags=pb.IGNORE_ENOENT)
            plan.add("CHMOD", 5, 0o600, flags=pb.SKIP_IF_CLOSED)
            plan.add("CHDIR", "/etc/passwd", flags=pb.IGNORE_ERROR)
            plan.add("CHDIR", "/etc/passwd/x", flags=pb.IGNORE_ENOENT)
            with Task(plan.execute("true")) as task:
                task.expect(STARTED)
                self.assertEqual(0, task.expect(EXITED)[2])

    def test_a_child_that_dies_before_exec(self):
        # A seccomp program that kills on the next step's call (setresuid is 117 on x86-64).
        from container import filters
        kill = filters((0x20, 0, 0, 0), (0x15, 0, 1, 117), (0x06, 0, 0, 0x80000000), (0x06, 0, 0, 0x7FFF0000))
        name, stage, errno, status, _ = self.fails(child=[("SECCOMP", 0, -1, kill, ""), ("SETUID", 1)])
        self.assertEqual(("SETUID", pb.CHILD, ESRCH, signal.SIGSYS), (name, stage, errno, status & 0x7F))

    def test_without_a_daemon(self):
        with Directory() as directory, Task(plain(directory, ["sh", "-c", "exit 5"]), control=False) as task:
            self.assertEqual(0, task.finish())
            self.assertEqual(5 << 8, directory.numbers("exit")[1])

    def test_daemon_dies_while_the_container_runs(self):
        with Directory() as directory, Task(plain(directory, ["sh", "-c", "read x; echo $x; exit 4"])) as task:
            pid = task.expect(STARTED)[1]
            task.control.close()
            new = directory.attach(SUPERVISE)
            state = receive_message(new)
            self.assertEqual((STATE, pid, 1), state[:3])
            self.assertEqual(directory.numbers("pid")[2], state[4])
            client = directory.attach()
            client.sendall(frame(0, b"survived\n"))
            ended = receive_message(new)
            self.assertEqual((EXITED, pid, 4 << 8, 0), ended[:4])
            self.assertEqual(0, task.finish())
            self.assertEqual("survived\n", directory.output())

    def test_sync(self):
        with Directory() as directory, Task(plain(directory, ["true"], parent=[("SYNC",)])) as task:
            pid = task.expect(CREATED)[1]
            self.assertEqual([pid, 0], [directory.numbers("pid")[i] for i in (0, 2)])
            self.assertEqual((STATE, pid, 0), receive_message(directory.attach(SUPERVISE))[:3])
            task.control.send(message(GO))
            self.assertEqual(pid, task.expect(STARTED)[1])
            task.expect(EXITED)

    def test_daemon_dies_in_sync(self):
        with Directory() as directory, Task(plain(directory, ["true"], parent=[("SYNC",)])) as task:
            pid = task.expect(CREATED)[1]
            task.control.close()
            self.assertEqual(1, task.finish())
            self.assertFalse(alive(pid))
            self.assertEqual(EPIPE, int(directory.read("fail").split()[3]))

    def test_wait_start(self):
        with Directory() as directory, Task(plain(directory, ["true"], child=[("WAIT_START",)])) as task:
            pid = task.expect(CREATED)[1]
            task.control.send(message(START))
            self.assertEqual(pid, task.expect(STARTED)[1])
            task.expect(EXITED)

    def test_start_may_come_early(self):
        with Directory() as directory:
            with Task(plain(directory, ["true"], parent=[("SYNC",)], child=[("WAIT_START",)])) as task:
                task.control.send(message(START))
                task.control.send(message(GO))
                self.assertEqual([CREATED, CREATED, STARTED, EXITED], [task.receive()[0] for _ in range(4)])

    def test_wait_start_outlives_the_daemon(self):
        with Directory() as directory, Task(plain(directory, ["sh", "-c", "exit 9"], child=[("WAIT_START",)])) as task:
            pid = task.expect(CREATED)[1]
            task.control.close()
            new = directory.attach(SUPERVISE)
            self.assertEqual((STATE, pid, 0), receive_message(new)[:3])
            new.sendall(frame(3))
            self.assertEqual((STARTED, pid), receive_message(new)[:2])
            self.assertEqual((EXITED, pid, 9 << 8), receive_message(new)[:3])
            self.assertEqual(0, task.finish())

    def test_step_fails_after_start(self):
        with Directory() as directory, Task(plain(directory, ["no-such"], child=[("WAIT_START",)])) as task:
            task.expect(CREATED)
            task.control.send(message(START))
            self.assertEqual(ENOENT, task.expect(FAILED)[2])

    def test_detached_monitor(self):
        with Directory() as directory:
            plan = pb.Plan().add("MON_DIR", directory.path).add("MON_DETACH").add("CLONE", 0, -1).add("SETSID")
            with Task(plan.execute("sleep", "1000")) as task:
                pid = task.expect(STARTED)[1]
                self.assertIsNone(task.receive())
                self.assertEqual(0, task.finish())
                self.assertTrue(alive(pid))
                os.kill(pid, 9)
                wait_gone(pid)

    def detached_and_created(self, argv):
        directory = Directory().__enter__()
        self.addCleanup(directory.__exit__)
        plan = pb.Plan().add("MON_DIR", directory.path).add("MON_DETACH").add("CLONE", 0, -1).add("SETSID")
        plan.add("WAIT_START").execute(*argv)
        with Task(plan) as task:
            pid = task.expect(CREATED)[1]
            self.assertEqual(0, task.finish())
        return directory, pid

    def test_detached_process_waits_alone(self):
        directory, pid = self.detached_and_created(["true"])
        os.kill(pid, 9)
        wait_gone(pid)
        directory, pid = self.detached_and_created(["sleep", "1000"])
        nonsense = directory.connect()
        nonsense.sendall(b"x" * 16)
        self.assertEqual(b"", nonsense.recv(10))
        starter = directory.attach(SUPERVISE)
        self.assertEqual((STATE, pid, 0), receive_message(starter)[:3])
        starter.sendall(frame(2, struct.pack("<HH", 1, 2)) + frame(3))
        # Its end without a message: the program runs.
        self.assertIsNone(receive_message(starter))
        self.assertEqual(b"sleep\x001000\x00", open(f"/proc/{pid}/cmdline", "rb").read())
        os.kill(pid, 9)
        wait_gone(pid)

    def test_detached_process_tells_its_failure(self):
        directory, pid = self.detached_and_created(["no-such-program"])
        starter = directory.attach(SUPERVISE)
        receive_message(starter)
        starter.sendall(frame(3))
        failed = receive_message(starter)
        self.assertEqual((FAILED, ENOENT, b"no-such-program"), (failed[0], failed[2], failed[5]))
        wait_gone(pid)

    def test_hooks(self):
        with Directory() as directory:
            out = directory.path + "/out"
            say = ("HOOK", -1, "/bin/sh", pb.strings(["sh", "-c", f"cat > {out}; echo $A $# >> {out}; umask >> {out}", "sh", "x"]),
                   pb.strings(["A=b"]), '{"pid":@PID@,"again":@PID@}')
            umask = os.umask(0o22)
            self.addCleanup(os.umask, umask)
            for place in ("parent", "child"):
                with Task(plain(directory, ["true"], **{place: [say]})) as task:
                    pid = task.expect(STARTED)[1]
                    task.expect(EXITED)
                self.assertEqual('{"pid":%d,"again":%d}b 1\n0022\n' % (pid, pid), open(out).read())

    def test_hook_of_the_child_gets_the_pid_that_the_child_sees(self):
        with Directory() as directory:
            hook = ("HOOK", -1, "/bin/sh", pb.strings(["sh", "-c", f"cat > {directory.path}/out"]), b"", "@PID@")
            plan = pb.Plan().add("MON_DIR", directory.path).add("CLONE", NEWPID, -1).add(*hook).execute("true")
            with Task(plan) as task:
                task.expect(STARTED)
                task.expect(EXITED)
            self.assertEqual("1", directory.read("out"))

    def met(self, directory, parent, child=()):
        """A plan whose parent waits for its child and then does something while that waits."""
        plan = pb.Plan().add("MON_DIR", directory.path).add("CLONE", 0, -1).parent("AWAIT_CHILD")
        for op in parent:
            plan.parent(*op)
        plan.add("MKDIR", pb.CWD, 0o700, directory.path + "/childs")
        for op in child:
            plan.add(*op)
        return plan.add("AWAIT_PARENT").add("CHDIR", directory.path + "/parents").execute("true")

    def test_parent_goes_on_while_the_child_waits(self):
        with Directory() as directory:
            made = ("OPENAT2", 9, pb.CWD, 0, 0, 0, directory.path + "/childs")
            with Task(self.met(directory, [made, ("MKDIR", pb.CWD, 0o700, directory.path + "/parents")])) as task:
                task.expect(STARTED)
                self.assertEqual(0, task.expect(EXITED)[2])

    def test_parent_that_waits_hears_the_childs_failure(self):
        with Directory() as directory:
            with Task(self.met(directory, [], child=[("CHDIR", "/nowhere")])) as task:
                failed = task.expect(FAILED)
                self.assertEqual(("CHDIR", pb.CHILD, ENOENT),
                                 (pb.NAMES[failed[3] & 0xFFFF], failed[3] >> 16, failed[2]))

    def test_child_that_waits_ends_with_its_parents_failure(self):
        with Directory() as directory:
            with Task(self.met(directory, [("HOOK", -1, "/bin/false", pb.strings(["false"]), b"", "")])) as task:
                failed = task.expect(FAILED)
                self.assertEqual(("HOOK", pb.PARENT, ECANCELED),
                                 (pb.NAMES[failed[3] & 0xFFFF], failed[3] >> 16, failed[2]))
                self.assertEqual(1, task.finish())

    def test_failing_hooks(self):
        def hook(script, timeout=-1, program="/bin/sh"):
            return [("HOOK", timeout, program, pb.strings(["sh", "-c", script]), b"", "")]
        self.assertEqual(("HOOK", pb.CHILD, ECANCELED, 3 << 8, b"/bin/sh\0to out\nto err\n"),
                         self.fails(child=hook("echo to out; echo to err >&2; exit 3")))
        name, stage, errno, status, _ = self.fails(parent=hook("exec sleep 1000", timeout=50))
        self.assertEqual(("HOOK", pb.PARENT, ETIMEDOUT, signal.SIGKILL), (name, stage, errno, status))
        self.assertEqual(ENOENT, self.fails(child=hook("", program="/no/hook"))[2])
        text = self.fails(child=hook("yes | head -c 1000000; exit 1"))[4]
        self.assertEqual(1408, len(text))

    def test_hook_that_leaves_a_daemon_behind(self):
        # Its output stays open in the background; the hook itself is over.
        hook = ("HOOK", -1, "/bin/sh", pb.strings(["sh", "-c", "sleep 1000 & echo $! > $0", "PIDFILE"]), b"", "")
        with Directory() as directory:
            pidfile = directory.path + "/background"
            hook = hook[:3] + (hook[3].replace(b"PIDFILE", pidfile.encode()),) + hook[4:]
            with Task(plain(directory, ["true"], child=[hook])) as task:
                task.expect(STARTED)
                task.expect(EXITED)
            os.kill(int(open(pidfile).read()), 9)

    def test_orphans_are_reaped(self):
        with Directory() as directory:
            plan = plain(directory, ["sh", "-c", "(sleep 0.05 & echo $!; exit 0); (true &) ; read x; exit 2"],
                         settings=[("MON_SUBREAPER",)], parent=[("SYNC",)])
            with Task(plan) as task:
                task.expect(CREATED)
                client = directory.attach(flags=RAW)
                task.control.send(message(GO))
                task.expect(STARTED)
                # The child did not inherit the monitor's blocked SIGCHLD.
                orphan = int(client.recv(100))
                wait_gone(orphan)
                while os.path.exists(f"/proc/{orphan}"):
                    os.sched_yield()
                client.sendall(frame(0, b"\n"))
                self.assertEqual(2 << 8, task.expect(EXITED)[2])


if __name__ == "__main__":
    unittest.main()
