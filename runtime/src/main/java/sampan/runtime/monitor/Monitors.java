package sampan.runtime.monitor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.linux.poll.Poller;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;

/// Finds monitors again that another daemon has launched.
public final class Monitors {
    /// The socket in a task's directory.
    public static final String SOCKET = "attach.sock";

    private final Poller poller;

    public Monitors(Poller poller) {
        this.poller = poller;
    }

    /// Takes up the task of a directory. A monitor that lives reports at once what state its
    /// process is in. Where none lives, the listener has been told when this returns: the record of
    /// the end or of the failure if there is one, else that the monitor is lost; then the process,
    /// see [TaskRecords#process], may still run without anybody who holds its output.
    ///
    /// @return the monitor, if it lives
    public Optional<Monitor> adopt(Path taskDirectory, MonitorListener listener) {
        if (tellEnd(taskDirectory, listener)) {
            return Optional.empty();
        }
        Path path = taskDirectory.resolve(SOCKET);
        if (Files.exists(path)) {
            try {
                return Optional.of(supervise(path, listener));
            } catch (ErrnoException e) {
                // Refused: the monitor ended between its record and the removal of its socket, or
                // was killed. The records below tell which.
                System.getLogger(Monitors.class.getName())
                        .log(System.Logger.Level.DEBUG, path.toString(), e);
            }
        }
        if (!tellEnd(taskDirectory, listener)) {
            listener.lost();
        }
        return Optional.empty();
    }

    /// Has the monitor of a task close the file of its log and begin one of the same name, which it
    /// does soon after this returns.
    ///
    /// @throws ErrnoException where no monitor is there
    public static void reopenLog(Path taskDirectory) {
        String path = taskDirectory.resolve(SOCKET).toString();
        try (UnixSocket socket = UnixSocket.connect(path, SocketType.STREAM)) {
            socket.send(Frames.hello(Frames.ROLE_SUPERVISE, 0, new byte[0]), List.of());
            socket.send(Frames.of(Frames.LOG_REOPEN, new byte[0]), List.of());
        }
    }

    private Monitor supervise(Path path, MonitorListener listener) {
        UnixSocket socket = UnixSocket.connect(path.toString(), SocketType.STREAM);
        try {
            socket.send(Frames.hello(Frames.ROLE_SUPERVISE, 0, new byte[0]), List.of());
            return Monitor.adopted(socket, poller, listener);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static boolean tellEnd(Path directory, MonitorListener listener) {
        Optional<ExitRecord> exit = TaskRecords.exit(directory);
        exit.ifPresent(listener::exited);
        if (exit.isPresent()) {
            return true;
        }
        Optional<StepFailure> failure = TaskRecords.failure(directory);
        failure.ifPresent(listener::failed);
        return failure.isPresent();
    }
}
