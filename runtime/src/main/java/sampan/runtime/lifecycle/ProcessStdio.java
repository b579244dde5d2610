package sampan.runtime.lifecycle;

import sampan.linux.sys.Fd;

/// What a process gets for its first three descriptors.
public sealed interface ProcessStdio {
    /// Those of the process that starts the launcher, as they are.
    record Inherited() implements ProcessStdio {}

    /// A pty whose other end is sent to a connected socket, the caller's to close.
    record ConsoleSocket(Fd socket) implements ProcessStdio {}

    /// A pty that the monitor carries to and from descriptors 0 and 1 of the process that starts
    /// the launcher.
    ///
    /// @param rows 0 with columns 0: not known
    record Terminal(int rows, int columns) implements ProcessStdio {}
}
