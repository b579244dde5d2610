package sampan.app.session;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import sampan.linux.sys.Fd;
import sampan.linux.users.Rights;
import sampan.runtime.monitor.LaunchSite;

/// Who typed a command, and where: arguments, environment, descriptors, terminal.
///
/// The descriptors belong to the session and are closed at its end. Files are opened by the client
/// itself, with its own rights: the daemon never opens a path in a caller's name.
///
/// As a [LaunchSite] the client starts launchers as its own children.
public interface Caller extends LaunchSite {
    /// With the program's name first: `sampan` or `sampan-runc`, as typed.
    List<String> arguments();

    Map<String, String> environment();

    /// The caller's working directory; the daemon may not use it but to show or to complete names.
    String workingDirectory();

    Fd stdin();

    Fd stdout();

    Fd stderr();

    boolean stdinIsTerminal();

    boolean stdoutIsTerminal();

    boolean stderrIsTerminal();

    /// Of the caller's terminal; 0 where there is none.
    int rows();

    int columns();

    int uid();

    int gid();

    /// What the caller may do with files.
    Rights rights();

    int pid();

    /// Text to the caller's standard output, UTF-8, buffered until a newline or flush.
    PrintStream out();

    PrintStream err();

    /// The caller's standard input.
    InputStream in();

    /// Switches the caller's terminal to raw mode and back. It is restored at the end in any case.
    void rawTerminal(boolean on);

    /// The same with output processed as before, for a container whose own terminal leaves newlines
    /// bare.
    void rawTerminalInput();

    /// Has the client open a file relative to its working directory.
    ///
    /// @param flags of open(2); O_CLOEXEC is added
    Fd open(String path, int flags, int mode);

    /// Has the client run a program beside the session, found by its PATH, with these descriptors
    /// as 0, 1 and 2; they stay ours to close. One at a time.
    ///
    /// @return its exit status when it has ended; 127 where there is no such program
    CompletableFuture<Integer> run(List<String> arguments, List<Fd> standard);

    /// Hears the signals that the client caught (numbers of signal(7)), and its end as SIGHUP, on
    /// the session's reader thread. Until a listener is set, SIGINT, SIGTERM and SIGHUP interrupt
    /// the command's thread and the client dies of the signal.
    void onSignal(IntConsumer listener);

    /// The command goes on to its end, and the client dies of the signal then, as a program that
    /// writes into a closed pipe does.
    void dieOf(int signal);

    /// Whether the client went away; its end is told as SIGHUP too.
    boolean isGone();

    /// Hears that the terminal's size changed, on the session's reader thread; ask [#rows] and
    /// [#columns].
    void onResize(Runnable listener);

    /// The client takes these steps itself and becomes the last one's program: no exit code
    /// follows.
    void become(List<BecomeStep> steps);
}
