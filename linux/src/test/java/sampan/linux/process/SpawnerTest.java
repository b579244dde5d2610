package sampan.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;
import sampan.linux.files.MemFd;
import sampan.linux.poll.Poller;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

@Timeout(30)
class SpawnerTest {
    private static final List<String> ENV = List.of("PATH=/usr/bin:/bin", "COLOUR=blue");

    private static String output(String script, List<Fd> more) {
        try (FileIo.Pipe pipe = FileIo.pipe2(0);
                Fd none = Fd.open("/dev/null", Open.RDWR)) {
            List<Fd> fds = new ArrayList<>(List.of(none, pipe.writeEnd(), none));
            fds.addAll(more);
            Spawned child =
                    Spawner.spawn(
                            new SpawnRequest("/bin/sh", List.of("sh", "-c", script), ENV, fds));
            pipe.writeEnd().close();
            String text =
                    new String(FileIo.readFully(pipe.readEnd(), 4096), StandardCharsets.UTF_8);
            assertThat(Children.await(child.pid()).exitCode()).isZero();
            return text;
        }
    }

    @Test
    void theChildHasItsDescriptorsAndNoOthers() {
        try (Fd a = MemFd.sealedData("a", "first".getBytes(StandardCharsets.UTF_8));
                Fd b = MemFd.sealedData("b", "second".getBytes(StandardCharsets.UTF_8))) {
            assertThat(output("cat <&3; cat <&5; ls /proc/$$/fd", List.of(a, Fd.NONE, b)))
                    .isEqualTo("firstsecond0\n1\n2\n3\n5\n");
        }
    }

    @Test
    void descriptorsMayChangePlaces() {
        // Two low numbers crosswise: a naive dup2 would put one over the other.
        try (Fd a = MemFd.sealedData("a", new byte[] {'a'});
                Fd b = MemFd.sealedData("b", new byte[] {'b'})) {
            int low = Math.min(a.number(), b.number());
            List<Fd> crossed = new ArrayList<>();
            for (int i = 3; i <= Math.max(a.number(), b.number()); i++) {
                crossed.add(i == a.number() ? b : i == b.number() ? a : Fd.NONE);
            }
            String wanted = low == a.number() ? "ba" : "ab";
            int high = Math.max(a.number(), b.number());
            String script = "cat /proc/self/fd/" + low + " /proc/self/fd/" + high;
            assertThat(output(script, crossed)).isEqualTo(wanted);
        }
    }

    @Test
    void signalsAndSessionAreFresh() {
        assertThat(output("grep -E '^Sig(Blk|Ign)' /proc/$$/status | tr -d '\\t\\n'", List.of()))
                .isEqualTo("SigBlk:0000000000000000SigIgn:0000000000000000");
        assertThat(output("cut -d' ' -f6 /proc/$$/stat | grep -cx $$", List.of())).isEqualTo("1\n");
        assertThat(output("echo $COLOUR", List.of())).isEqualTo("blue\n");
    }

    @Test
    void aSealedProgramRuns() {
        try (Fd program = MemFd.sealed("true", Path.of("/bin/true"));
                Fd none = Fd.open("/dev/null", Open.RDWR)) {
            Spawned child =
                    Spawner.spawn(
                            new SpawnRequest(
                                    program.path(),
                                    List.of("true"),
                                    ENV,
                                    List.of(none, none, none),
                                    true,
                                    Optional.of("/")));
            assertThat(Children.await(child.pid())).isEqualTo(new WaitStatus(0));
        }
    }

    @Test
    void aMissingProgramIsAFailureOfTheCall() {
        assertThatThrownBy(() ->
                        Spawner.spawn(
                                new SpawnRequest(
                                        "/no/such/program", List.of("x"), List.of(), List.of())))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void thePollerReapsAndTellsHowItEnded() throws Exception {
        try (Poller poller = Poller.start("test-poller");
                FileIo.Pipe pipe = FileIo.pipe2(0)) {
            Spawned child =
                    Spawner.spawn(
                            new SpawnRequest(
                                    "/bin/sh",
                                    List.of("sh", "-c", "read x; exit 42"),
                                    ENV,
                                    List.of(pipe.readEnd())));
            assertThat(Children.reap(child.pid())).isEmpty();
            CompletableFuture<WaitStatus> ended = new CompletableFuture<>();
            Children.reapOnExit(poller, child.pid(), ended::complete);
            pipe.writeEnd().close();
            WaitStatus status = ended.get(20, TimeUnit.SECONDS);
            assertThat(status.exitCode()).isEqualTo(42);
            assertThat(status.exited()).isTrue();
            assertThatThrownBy(() -> Children.reap(child.pid())).isInstanceOf(ErrnoException.class);
            assertThat(ProcessTable.of(child.pid())).isEmpty();
        }
    }

    @Test
    void aPidfdSignalsAndLendsDescriptors() {
        try (FileIo.Pipe pipe = FileIo.pipe2(0)) {
            FileIo.write(pipe.writeEnd(), new byte[] {'x'});
            Spawned child =
                    Spawner.spawn(
                            new SpawnRequest(
                                    "/bin/sleep",
                                    List.of("sleep", "100"),
                                    ENV,
                                    List.of(pipe.readEnd())));
            try (Pidfd pidfd = Pidfd.open(child.pid())) {
                try (Fd borrowed = pidfd.getFd(0)) {
                    byte[] buffer = new byte[4];
                    assertThat(FileIo.read(borrowed, buffer)).isEqualTo(1);
                    assertThat(buffer[0]).isEqualTo((byte) 'x');
                }
                assertThat(pidfd.sendSignal(Signals.KILL)).isTrue();
                WaitStatus status = Children.await(child.pid());
                assertThat(status.signal()).isEqualTo(Signals.KILL);
                assertThat(status.shellCode()).isEqualTo(137);
                assertThat(pidfd.sendSignal(Signals.TERM)).isFalse();
            }
            assertThat(Pidfd.openIfExists(child.pid())).isEmpty();
        }
    }
}
