package sampan.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.terminal.Terminal;
import sampan.linux.terminal.WindowSize;

/// A program on a terminal of its own, as a person runs it: keys go in, the screen comes out.
///
/// The program is a session leader and the terminal its controlling one, so that size changes and
/// signals of keys arrive as they do for people.
final class PtySession implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int BUFFER_BYTES = 4096;

    private final Terminal.Pty pty;
    private final Output screen = new Output();
    private final Command.Running program;
    private int seen;

    /// Starts the program; its words, without shell syntax.
    PtySession(PrivateDaemon daemon, String... words) {
        pty = Terminal.openPty();
        Terminal.resize(pty.master(), new WindowSize(24, 80));
        // A session leader that opens a terminal without O_NOCTTY gets it as its controlling one.
        List<String> all =
                new ArrayList<>(List.of("setsid", "sh", "-c", "exec \"$@\" <>\"$0\" >&0 2>&1"));
        all.add("/proc/" + ProcessHandle.current().pid() + "/fd/" + pty.slave().number());
        all.addAll(List.of(words));
        program = new Command(all).with(daemon.environment()).start();
        Thread.ofPlatform().daemon().start(this::read);
    }

    private void read() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int n = FileIo.read(pty.master(), buffer);
                    n > 0;
                    n = FileIo.read(pty.master(), buffer)) {
                screen.add(buffer, n);
            }
        } catch (SampanException e) {
            // EIO, or our own close: the end of the session
        } finally {
            screen.end();
        }
    }

    /// Types keys.
    PtySession type(String keys) {
        FileIo.writeFully(pty.master(), keys.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return this;
    }

    PtySession resize(int rows, int columns) {
        Terminal.resize(pty.master(), new WindowSize(rows, columns));
        return this;
    }

    /// Waits for text on the screen after what was waited for last.
    PtySession expect(String text) {
        String all =
                screen.await(
                        "\"" + text + "\"",
                        DEADLINE,
                        now -> now.indexOf(text, Math.min(seen, now.length())) >= 0);
        seen = all.indexOf(text, seen) + text.length();
        return this;
    }

    String screen() {
        return screen.text();
    }

    /// Waits for the end of the program.
    int status() {
        return program.outcome(DEADLINE).status();
    }

    @Override
    public void close() {
        program.close();
        pty.slave().close();
        // the reader's read ends when the last slave does; only then may its descriptor go
        screen.awaitEnd(Duration.ofSeconds(5));
        pty.master().close();
    }
}
