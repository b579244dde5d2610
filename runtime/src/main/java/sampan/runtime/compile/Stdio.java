package sampan.runtime.compile;

/// What the process has as its first three descriptors.
public sealed interface Stdio {
    /// /dev/null.
    record Null() implements Stdio {}

    /// Pipes that the monitor holds, for log and attach.
    ///
    /// @param openStdin whether there is a stdin to write to
    /// @param stdinOnce it ends when the first client that wrote detaches
    record Pipes(boolean openStdin, boolean stdinOnce) implements Stdio {}

    /// A pty whose other end the monitor holds. The size is the process's `consoleSize`.
    record Terminal(boolean openStdin, boolean stdinOnce) implements Stdio {}

    /// Slots 0, 1 and 2 as they are.
    record Inherit() implements Stdio {}

    /// A pty whose other end is sent to a connected unix socket (`--console-socket`).
    ///
    /// @param socket slot
    record ConsoleSocket(int socket) implements Stdio {}
}
