"""The streams of a task: log, attach clients of both kinds, stdin, detach keys, back-pressure, drain."""
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import termios
import threading
import tty
import unittest

import plan_builder as pb
from container import plain
from launched import (CREATED, DETACHED, EXITED, FDS, GO, RAW, STARTED, STDERR, STDIN, STDOUT, SUPERVISE, Directory, Task,
                      demultiplex, frame, message, receive_all, receive_exactly, receive_message)

EPIPE = 32
KEYS = b"\x10\x11"


class Streams(unittest.TestCase):
    def held(self, argv, **more):
        """A task that waits in SYNC, so that clients see everything; (directory, task)."""
        directory = Directory().__enter__()
        self.addCleanup(directory.__exit__)
        parent = list(more.pop("parent", ())) + [("SYNC",)]
        slots = more.pop("slots", ())
        task = Task(plain(directory, argv, parent=parent, fd_count=len(slots), **more), slots=list(slots)).__enter__()
        self.addCleanup(task.__exit__)
        task.expect(CREATED)
        return directory, task

    def go(self, task):
        task.control.send(message(GO))
        return task.expect(STARTED)[1]

    def test_log(self):
        with Directory() as directory:
            plan = plain(directory, ["sh", "-c", "echo out; echo err >&2; printf end"], attrs='{"a":"b"}')
            with Task(plan) as task:
                task.expect(STARTED)
                task.expect(EXITED)
            lines = directory.lines()
            self.assertEqual({"log", "stream", "attrs", "time"}, set(lines[0]))
            self.assertEqual("out\nend", directory.output())
            self.assertEqual("err\n", directory.output("stderr"))
            self.assertEqual({"a": "b"}, lines[0]["attrs"])
            self.assertEqual(0o640, os.stat(directory.log).st_mode & 0o777)

    def test_nothing_of_much_is_lost(self):
        count = 20 << 20
        with Directory() as directory:
            plan = plain(directory, ["sh", "-c", f"yes 0123456789abcdef | head -c {count}"], max_bytes=8 << 20, max_files=20)
            with Task(plan) as task:
                task.expect(STARTED)
                task.expect(EXITED)
            total = 0
            files = [f for f in os.listdir(directory.path) if f.startswith("log.json")]
            self.assertGreater(len(files), 5)
            for name in files:
                self.assertLessEqual(os.path.getsize(os.path.join(directory.path, name)), (8 << 20) + 100)
                for line in directory.lines(os.path.join(directory.path, name)):
                    total += len(line["log"])
            self.assertEqual(count, total)

    def test_rotation_keeps_only_so_many(self):
        with Directory() as directory:
            plan = plain(directory, ["sh", "-c", "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done"],
                         max_bytes=1000, max_files=3)
            with Task(plan) as task:
                task.expect(STARTED)
                task.expect(EXITED)
            self.assertEqual(["log.json", "log.json.1", "log.json.2"],
                             sorted(f for f in os.listdir(directory.path) if f.startswith("log")))
            self.assertEqual("line 399\n", directory.lines()[-1]["log"])

    def test_reopen(self):
        directory, task = self.held(["sh", "-c", "echo one; read x; echo two"])
        self.go(task)
        client, supervisor = directory.attach(), directory.attach(SUPERVISE)
        receive_message(supervisor)
        while not os.path.getsize(directory.log):
            os.sched_yield()
        os.rename(directory.log, directory.log + ".old")
        supervisor.sendall(frame(4))
        while not os.path.exists(directory.log):
            os.sched_yield()
        client.sendall(frame(0, b"\n"))
        task.expect(EXITED)
        self.assertEqual(["one\n"], [l["log"] for l in directory.lines(directory.log + ".old")])
        self.assertEqual(["two\n"], [l["log"] for l in directory.lines()])

    def test_several_clients(self):
        directory, task = self.held(["sh", "-c", "echo out; echo err >&2; cat"], settings=[("MON_STDIN_ONCE",)])
        everything = directory.attach(flags=STDIN)  # gets no output, but its end ends stdin
        framed = directory.attach(flags=STDOUT | STDERR)
        only_out = directory.attach(flags=STDOUT)
        only_err = directory.attach(flags=STDERR | RAW)
        late_default = directory.attach()
        self.go(task)
        everything.sendall(frame(0, b"typed "))
        late_default.sendall(frame(0, b"together\n"))
        while "together" not in directory.output():
            os.sched_yield()
        everything.sendall(frame(1))
        task.expect(EXITED)
        for client in (framed, late_default):
            out, err = demultiplex(receive_all(client))
            self.assertEqual((sorted(b"out\ntyped together\n"), b"err\n"), (sorted(out), err))
        self.assertEqual(b"", demultiplex(receive_all(only_out))[1])
        self.assertEqual(b"err\n", receive_all(only_err))
        self.assertEqual(b"", receive_all(everything))

    def test_half_close_ends_stdin_only(self):
        directory, task = self.held(["sh", "-c", "cat; echo after"], settings=[("MON_STDIN_ONCE",)])
        client = directory.attach(flags=RAW)
        client.sendall(frame(0, b"before "))
        client.shutdown(socket.SHUT_WR)
        self.go(task)
        self.assertEqual(b"before after\n", receive_all(client))
        task.expect(EXITED)

    def test_closing_feeds_what_was_sent(self):
        data = bytes(range(256)) * 4096
        directory, task = self.held(["sh", "-c", "wc -c"], settings=[("MON_STDIN_ONCE",)])
        client = directory.attach(flags=STDIN)
        self.go(task)
        for at in range(0, len(data), 65536):
            client.sendall(frame(0, data[at : at + 65536]))
        client.close()
        task.expect(EXITED)
        self.assertEqual(len(data), int(directory.output()))

    def test_empty_stdin(self):
        directory, task = self.held(["sh", "-c", "cat; echo end"], settings=[("MON_STDIN_ONCE",)])
        directory.attach(flags=STDIN).close()
        self.go(task)
        task.expect(EXITED)
        self.assertEqual("end\n", directory.output())

    def test_stdin_stays_open_when_not_once(self):
        directory, task = self.held(["sh", "-c", "read a; read b; echo $a$b"])
        first = directory.attach()
        self.go(task)
        first.sendall(frame(0, b"x\n") + frame(1))
        first.close()
        directory.attach().sendall(frame(0, b"y\n"))
        task.expect(EXITED)
        self.assertEqual("xy\n", directory.output())

    def test_closed_stdin(self):
        directory, task = self.held(["sh", "-c", "cat; echo end"], wants_in=False)
        client = directory.attach()
        client.sendall(frame(0, b"to nobody" * 5000))
        self.go(task)
        self.assertEqual((b"end\n", b""), demultiplex(receive_all(client)))

    def test_large_transfer_both_ways(self):
        data = os.urandom(5 << 20)
        directory, task = self.held(["cat"], settings=[("MON_STDIN_ONCE",)], log=False)
        client = directory.attach(flags=RAW)
        self.go(task)

        def send():
            for at in range(0, len(data), 50000):
                client.sendall(frame(0, data[at : at + 50000]))
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        self.assertEqual(data, receive_all(client))
        sender.join()
        task.expect(EXITED)

    def test_slow_client_holds_output_back_and_loses_nothing(self):
        count = 8 << 20
        directory, task = self.held(["sh", "-c", f"yes | head -c {count}; sync_done=1"], log=False)
        slow = directory.attach(flags=RAW)
        pid = self.go(task)
        # The process cannot end before the client reads: pipe, backlog and socket hold less than all.
        self.assertEqual([], select.select([os.pidfd_open(pid)], [], [], 0.3)[0])
        self.assertEqual(count, len(receive_all(slow)))
        task.expect(EXITED)

    def test_stuck_client_does_not_hold_the_exit_up(self):
        directory, task = self.held(["sh", "-c", "head -c 700000 /dev/zero"], settings=[("MON_DRAIN", 50)])
        stuck = directory.attach(flags=RAW)
        self.go(task)
        task.expect(EXITED)
        self.assertIsNone(task.receive())
        self.assertEqual(700000, len(receive_all(stuck)))
        self.assertEqual(0, task.finish())

    def test_client_that_goes_away_mid_output(self):
        directory, task = self.held(["sh", "-c", "yes | head -c 3000000"])
        client = directory.attach(flags=RAW)
        self.go(task)
        receive_exactly(client, 10)
        client.close()
        self.assertEqual(0, task.expect(EXITED)[2])
        self.assertEqual(3000000, len(directory.output()))

    def test_nonsense_is_dropped(self):
        directory, task = self.held(["sh", "-c", "read x; echo $x"])
        self.go(task)
        for data in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 16, struct.pack("<IIII", 0x314E4D53, 7, 0, 0),
                     struct.pack("<IIII", 0x314E4D53, 1, 64, 0), struct.pack("<IIII", 0x314E4D53, 1, 0, 33),
                     struct.pack("<IIII", 0x314E4D53, 1, FDS | STDOUT, 0)):
            client = directory.connect()
            client.sendall(data)
            self.assertEqual(b"", self.end_of(client), data)
        for data in (b"\x09" + b"\0" * 7, struct.pack("<B3xI", 0, 65537), struct.pack("<B3xI", 2, 3), frame(3), frame(4)):
            client = directory.attach()
            client.sendall(data)
            self.assertEqual(b"", self.end_of(client), data)
        supervisor = directory.attach(SUPERVISE)
        receive_message(supervisor)
        supervisor.sendall(frame(0, b"not for supervisors"))
        self.assertEqual(b"", self.end_of(supervisor))
        directory.attach().sendall(frame(0, b"alive\n"))
        task.expect(EXITED)
        self.assertEqual("alive\n", directory.output())

    @staticmethod
    def end_of(client):
        try:
            return client.recv(100)
        except ConnectionResetError:
            return b""

    def test_frames_in_pieces(self):
        directory, task = self.held(["sh", "-c", "read x; echo $x"])
        client = directory.attach(keys=KEYS)
        self.go(task)
        for byte in frame(2, struct.pack("<HH", 5, 6)) + frame(0, b"by") + frame(0, b"tes\n"):
            client.send(bytes([byte]))
        task.expect(EXITED)
        self.assertEqual("bytes\n", directory.output())

    def test_own_descriptors(self):
        directory, task = self.held(["sh", "-c", "cat; echo err >&2"], settings=[("MON_STDIN_ONCE",)])
        (in_r, in_w), (out_r, out_w), (err_r, err_w) = os.pipe(), os.pipe(), os.pipe()
        client = directory.attach(flags=FDS | STDIN | STDOUT | STDERR, fds=[in_r, out_w, err_w])
        for fd in (in_r, out_w, err_w):
            os.close(fd)
        self.go(task)
        os.write(in_w, b"through pipes\n")
        self.assertEqual(b"through pipes\n", os.read(out_r, 100))
        os.close(in_w)
        self.assertEqual(b"err\n", os.read(err_r, 100))
        self.assertEqual(b"", receive_all(client))
        self.assertEqual(b"", os.read(out_r, 100))
        task.expect(EXITED)

    def test_own_descriptors_only_output(self):
        directory, task = self.held(["sh", "-c", "echo err >&2; echo out"])
        out_r, out_w = os.pipe()
        client = directory.attach(flags=FDS | STDERR, fds=[out_w])
        os.close(out_w)
        self.go(task)
        self.assertEqual(b"", receive_all(client))
        self.assertEqual(b"err\n", os.read(out_r, 100))

    def test_read_only_output_is_refused(self):
        directory, task = self.held(["true"])
        with open("/etc/passwd", "rb") as readable:
            client = directory.attach(flags=FDS | STDOUT, fds=[readable.fileno()])
            self.assertEqual(b"", self.end_of(client))
        self.go(task)

    def test_broken_output_detaches(self):
        directory, task = self.held(["sh", "-c", "read x; echo one; read x; echo two"])
        out_r, out_w = os.pipe()
        client = directory.attach(flags=FDS | STDOUT, fds=[out_w])
        os.close(out_w)
        os.close(out_r)
        self.go(task)
        typist = directory.attach(flags=STDIN)
        typist.sendall(frame(0, b"\n"))
        self.assertEqual((DETACHED, EPIPE), receive_message(client)[:2])
        self.assertEqual(b"", client.recv(10))
        typist.sendall(frame(0, b"\n"))
        task.expect(EXITED)
        self.assertEqual("one\ntwo\n", directory.output())

    def test_attached_from_the_start(self):
        (in_r, in_w), (out_r, out_w) = os.pipe(), os.pipe()
        directory, task = self.held(["sh", "-c", "cat; echo bye"], slots=(in_r, out_w),
                                    settings=[("MON_STDIN_ONCE",), ("MON_ATTACH", 0, 1, 1, 0)])
        os.close(in_r)
        os.close(out_w)
        self.go(task)
        os.write(in_w, b"hello ")
        os.close(in_w)
        task.expect(EXITED)
        self.assertEqual(b"hello bye\n", os.read(out_r, 100))
        self.assertEqual(b"", os.read(out_r, 100))

    def test_attached_from_the_start_detaches(self):
        (in_r, in_w), (out_r, out_w) = os.pipe(), os.pipe()
        directory, task = self.held(["sh", "-c", "read x; echo got $x; read y; echo more"], slots=(in_r, out_w),
                                    settings=[("MON_ATTACH", 0, 1, -1, 0), ("MON_ATTACH_KEYS", KEYS)])
        os.close(out_w)
        self.go(task)
        os.write(in_w, b"a\x10b\n")  # a begun sequence is text after all
        self.assertEqual(b"got a\x10b\n", os.read(out_r, 100))
        os.write(in_w, KEYS)
        self.assertEqual(0, task.expect(DETACHED)[1])
        self.assertEqual(b"", os.read(out_r, 100))
        directory.attach().sendall(frame(0, b"\n"))
        task.expect(EXITED)
        self.assertEqual("got a\x10b\nmore\n", directory.output())

    def test_detach_keys_of_a_client(self):
        directory, task = self.held(["cat"], settings=[("MON_STDIN_ONCE",)])
        staying = directory.attach(flags=STDOUT | RAW)
        client = directory.attach(flags=RAW, keys=b"\x10\x10\x11")
        self.go(task)
        client.sendall(frame(0, b"x\x10\x10") + frame(0, b"\x10y\x10") + frame(0, b"\x11\x10\x10\x11never"))
        client.shutdown(socket.SHUT_WR)
        task.expect(EXITED)
        # Held back bytes come out in order; with MON_STDIN_ONCE the detaching ends stdin.
        self.assertEqual(b"x\x10\x10\x10y\x10\x11", receive_all(staying))

    def test_begun_keys_at_the_end_are_text(self):
        directory, task = self.held(["cat"], settings=[("MON_STDIN_ONCE",)])
        client = directory.attach(flags=RAW, keys=KEYS)
        client.sendall(frame(0, b"a\x10"))
        client.shutdown(socket.SHUT_WR)
        self.go(task)
        self.assertEqual(b"a\x10", receive_all(client))

    def test_many_clients(self):
        directory, task = self.held(["sh", "-c", "echo all"])
        clients = [directory.attach(flags=RAW) for _ in range(70)]
        self.go(task)
        task.expect(EXITED)
        got = [receive_all(c) for c in clients[:64]]
        self.assertEqual([b"all\n"] * 64, got)

    def test_output_of_who_stays_behind(self):
        """A background process holds stdout: the monitor waits for it no longer than it was told."""
        directory, task = self.held(["sh", "-c", "sleep 1000 & echo $!"],
                                    settings=[("MON_DRAIN", 30)])
        self.go(task)
        task.expect(EXITED)
        self.assertEqual(0, task.finish())
        os.kill(int(directory.output()), signal.SIGKILL)

    def test_late_output_within_the_drain(self):
        directory, task = self.held(["sh", "-c", "(sleep 0.2; echo late) & echo early"], settings=[("MON_DRAIN", 60000)])
        self.go(task)
        task.expect(EXITED)
        self.assertEqual("early\nlate\n", directory.output())

    def test_no_drain_still_reads_what_is_there(self):
        directory, task = self.held(["sh", "-c", "head -c 60000 /dev/zero; kill -9 $$"], settings=[("MON_DRAIN", 0)])
        self.go(task)
        task.expect(EXITED)
        self.assertEqual(60000, len(directory.output()))

    def test_pipes_belong_to_the_user(self):
        directory, task = self.held(["sh", "-c", "echo again > /dev/stdout; cat < /dev/stdin; echo e > /dev/stderr"],
                                    settings=[("MON_STDIO_OWNER", 65534, -1), ("MON_STDIN_ONCE",)],
                                    child=[("SETGID", 65534), ("SETUID", 65534)])
        directory.attach(flags=STDIN).close()
        self.go(task)
        self.assertEqual(0, task.expect(EXITED)[2])
        self.assertEqual(("again\n", "e\n"), (directory.output(), directory.output("stderr")))

    def test_inherited_stdio(self):
        (in_r, in_w), (out_r, out_w) = os.pipe(), os.pipe()
        os.write(in_w, b"as it is\n")
        os.close(in_w)
        with Directory() as directory:
            plan = plain(directory, ["cat"], stdio=pb.INHERIT, fd_count=3, log=False)
            with Task(plan, slots=[in_r, out_w, out_w]) as task:
                os.close(out_w)
                task.expect(STARTED)
                self.assertEqual(b"as it is\n", os.read(out_r, 100))
                self.assertEqual(b"", os.read(out_r, 100))
                task.expect(EXITED)


class Terminal(unittest.TestCase):
    def setUp(self):
        self.directory = Directory().__enter__()
        self.addCleanup(self.directory.__exit__)

    def test_session(self):
        script = "tty > /dev/null && test -t 1 && stty size; read x; echo got $x; stty size; exit 6"
        with Task(plain(self.directory, ["sh", "-c", script], stdio=pb.PTY, parent=[("SYNC",)])) as task:
            task.expect(CREATED)
            client, supervisor = self.directory.attach(flags=RAW), self.directory.attach(SUPERVISE)
            receive_message(supervisor)
            task.control.send(message(GO))
            task.expect(STARTED)
            self.assertEqual(b"24 80\r\n", receive_exactly(client, 7))
            task.control.send(message(18, 33, 99))
            client.sendall(frame(0, b"x\n"))
            self.assertEqual(b"x\r\ngot x\r\n33 99\r\n", receive_all(client))
            self.assertEqual(6 << 8, task.expect(EXITED)[2])

    def test_resize_before_the_terminal_exists(self):
        with Task(plain(self.directory, ["sh", "-c", "read x; stty size"], stdio=pb.PTY, parent=[("SYNC",)])) as task:
            task.expect(CREATED)
            client = self.directory.attach(flags=RAW)
            client.sendall(frame(2, struct.pack("<HH", 7, 8)))
            task.control.send(message(GO))
            task.expect(STARTED)
            client.sendall(frame(0, b"\n"))
            self.assertTrue(receive_all(client).endswith(b"7 8\r\n"))

    def test_console_reopened(self):
        """A program that closes all its ends and opens the terminal again is heard."""
        script = "exec 0<&- 1>&- 2>&-; sleep 0.05; echo heard > $0"
        with Task(plain(self.directory, ["sh", "-c", "t=$(tty); exec sh -c '%s' $t" % script], stdio=pb.PTY)) as task:
            task.expect(STARTED)
            task.expect(EXITED)
            self.assertEqual("heard\r\n", self.directory.output())

    def test_interrupt_key(self):
        # No shell: one that is about to fork keeps the signal to itself and forgets it.
        with Task(plain(self.directory, ["cat"], stdio=pb.PTY, parent=[("SYNC",)])) as task:
            task.expect(CREATED)
            client = self.directory.attach(flags=RAW)
            task.control.send(message(GO))
            task.expect(STARTED)
            client.sendall(frame(0, b"up\n"))
            receive_exactly(client, 8)
            client.sendall(frame(0, b"\x03"))
            self.assertEqual(signal.SIGINT, task.expect(EXITED)[2])

    def test_console_socket(self):
        here, there = socket.socketpair()
        plan = pb.Plan(1).add("MON_DIR", self.directory.path).add("MON_DETACH").add("MON_STDIO", pb.PTY, 1)
        plan.add("MON_CONSOLE_SOCKET", 0).add("CLONE", 0, -1).add("OPENAT2", 9, pb.CWD, 0o10200000, 0, 0, "/")
        plan.add("CONSOLE", 9, 10, 20, 0, 5, 2)
        with Task(plan.execute("sh", "-c", "echo on the pty"), slots=[there.fileno()]) as task:
            name, fds, _, _ = socket.recv_fds(here, 100, 1)
            self.assertEqual(b"/dev/ptmx", name)
            task.expect(STARTED)
            self.assertEqual(0, task.finish())
            self.assertEqual(b"on the pty\n", os.read(fds[0], 100))

    def test_clients_terminal(self):
        """The user's terminal handed over: it is neither made non-blocking nor a controlling one."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        plan = plain(self.directory, ["sh", "-c", "read x; echo got $x"], stdio=pb.PTY, fd_count=1,
                     settings=[("MON_ATTACH", 0, 0, -1, 0), ("MON_ATTACH_KEYS", KEYS)])
        with Task(plan, slots=[slave]) as task:
            task.expect(STARTED)
            self.assertEqual(0, fcntl.fcntl(slave, fcntl.F_GETFL) & os.O_NONBLOCK)
            os.write(master, b"typed\n")
            data = b""
            while b"got typed" not in data:
                data += os.read(master, 100)
            self.assertEqual(b"typed\r\ngot typed", data[:16])
            task.expect(EXITED)

    def test_stopped_clients_terminal_blocks_nobody_else(self):
        master, slave = pty.openpty()
        tty.setraw(slave)
        termios.tcflow(slave, termios.TCOOFF)
        plan = plain(self.directory, ["sh", "-c", "echo one; read x; echo two"], fd_count=1,
                     settings=[("MON_ATTACH", -1, 0, 0, 0), ("MON_DRAIN", 50)], parent=[("SYNC",)])
        with Task(plan, slots=[slave]) as task:
            task.expect(CREATED)
            other = self.directory.attach(flags=RAW)
            task.control.send(message(GO))
            task.expect(STARTED)
            self.assertEqual(b"one\n", receive_exactly(other, 4))
            other.sendall(frame(0, b"\n"))
            self.assertEqual(b"two\n", receive_all(other))
            task.expect(EXITED)
            termios.tcflow(slave, termios.TCOON)
            data = b""
            while len(data) < 8:
                data += os.read(master, 100)
            self.assertEqual(b"one\ntwo\n", data)
            os.close(slave)


if __name__ == "__main__":
    unittest.main()
