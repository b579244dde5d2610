package sampan.engine.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.logs.EntrySink;
import sampan.engine.logs.LogQuery;
import sampan.engine.logs.LogReader;
import sampan.engine.logs.LogWatch;
import sampan.engine.logs.Pulse;
import sampan.engine.tasks.PendingAttach;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskLauncher;
import sampan.engine.tasks.TaskTable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.runtime.monitor.AttachClient;
import sampan.runtime.monitor.FdAttachment;

/// Attaches clients to containers, and reads their logs.
public final class EngineStreams implements StreamService {
    private final Containers containers;
    private final TaskTable tasks;
    private final TaskLauncher launcher;
    private final LogWatch watch;
    private final ContainerEvents events;

    public EngineStreams(
            Containers containers,
            TaskTable tasks,
            TaskLauncher launcher,
            LogWatch watch,
            ContainerEvents events) {
        this.containers = containers;
        this.tasks = tasks;
        this.launcher = launcher;
        this.watch = watch;
        this.events = events;
    }

    @Override
    public AttachSession attach(String reference, AttachRequest request) {
        ContainerHandle handle = containers.resolve(reference);
        boolean tty = handle.record().spec().process().tty();
        AttachClient.Wish wish =
                new AttachClient.Wish(
                        request.stdin() && handle.record().spec().process().openStdin(),
                        request.stdout(),
                        request.stderr() && !tty,
                        tty,
                        "");
        // In its turn: either the task is there, or its start comes later and finds the client.
        AttachSession session = handle.turn().call(() -> attach(handle, wish));
        events.publish(handle.record(), "attach");
        return session;
    }

    private AttachSession attach(ContainerHandle handle, AttachClient.Wish wish) {
        refusePaused(handle);
        if (handle.gone()) {
            throw SampanException.notFound("No such container: " + handle.id());
        }
        Optional<Task> task = tasks.find(handle.id());
        if (task.isPresent()) {
            return new ClientSession(launcher.attach(task.get().directory(), wish), wish.raw());
        }
        return new PendingSession(tasks.await(handle.id(), wish), wish.raw());
    }

    private static void refusePaused(ContainerHandle handle) {
        if (handle.state() instanceof ContainerState.Paused) {
            throw SampanException.conflict(
                    "container " + handle.id() + " is paused, unpause the container before attach");
        }
    }

    @Override
    public void attach(String reference, Descriptors descriptors) {
        ContainerHandle handle = containers.resolve(reference);
        refusePaused(handle);
        Task task =
                tasks.find(handle.id()).orElseThrow(() -> ContainerState.notRunning(handle.id()));
        boolean stdin = handle.record().spec().process().openStdin();
        launcher.attach(
                task.directory(),
                new FdAttachment.Ends(
                        stdin ? descriptors.stdin().orElse(Fd.NONE) : Fd.NONE,
                        descriptors.stdout().orElse(Fd.NONE),
                        descriptors.stderr().orElse(Fd.NONE)),
                "",
                reason -> {
                    if (reason > 0) {
                        descriptors.broken().accept(reason);
                    }
                });
        events.publish(handle.record(), "attach");
    }

    @Override
    public void logs(String reference, LogRequest request, LogSink sink) {
        ContainerHandle handle = containers.resolve(reference);
        if (!ContainerFiles.hasLog(handle.record().spec())) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "configured logging driver does not support reading");
        }
        LogQuery query =
                new LogQuery(
                        request.stdout(),
                        request.stderr(),
                        request.since(),
                        request.until(),
                        request.tail());
        EntrySink entries =
                new EntrySink() {
                    @Override
                    public void entry(int stream, ByteBuffer time, ByteBuffer line) {
                        sink.entry(stream, time, line);
                    }

                    @Override
                    public void flush() {
                        sink.flush();
                    }
                };
        Optional<Task> task = request.follow() ? tasks.find(handle.id()) : Optional.empty();
        if (task.isEmpty()) {
            LogReader.read(containers.files().log(handle.id()), query, entries, Optional.empty());
            return;
        }
        CompletableFuture<?> end =
                CompletableFuture.anyOf(task.get().ended(), task.get().finished());
        try (Pulse pulse = watch.pulse(handle.directory(), end)) {
            LogReader.read(containers.files().log(handle.id()), query, entries, Optional.of(pulse));
        }
    }

    /// A client of a task that runs.
    private static final class ClientSession implements AttachSession {
        private final AttachClient client;
        private final boolean tty;

        ClientSession(AttachClient client, boolean tty) {
            this.client = client;
            this.tty = tty;
        }

        @Override
        public Optional<SocketChannel> output() {
            return Optional.of(client.channel());
        }

        @Override
        public boolean tty() {
            return tty;
        }

        @Override
        public void writeStdin(ByteBuffer bytes) {
            try {
                client.input(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException("stdin of the container", e);
            }
        }

        @Override
        public void closeStdin() {
            try {
                client.endInput();
            } catch (IOException _) {
                // The process has ended: its stdin is closed already.
            }
        }

        @Override
        public void close() {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException("attachment", e);
            }
        }
    }

    /// A session around a client that is there already, for processes that this package starts.
    static AttachSession session(AttachClient client, boolean tty) {
        return new ClientSession(client, tty);
    }

    /// A client that came before the start.
    private static final class PendingSession implements AttachSession {
        private final PendingAttach pending;
        private final boolean tty;

        PendingSession(PendingAttach pending, boolean tty) {
            this.pending = pending;
            this.tty = tty;
        }

        private Optional<AttachSession> started() {
            return pending.await().map(client -> session(client, tty));
        }

        @Override
        public Optional<SocketChannel> output() {
            return pending.await().map(AttachClient::channel);
        }

        @Override
        public boolean tty() {
            return tty;
        }

        @Override
        public void writeStdin(ByteBuffer bytes) {
            started()
                    .ifPresentOrElse(
                            s -> s.writeStdin(bytes),
                            () -> {
                                throw new UncheckedIOException(
                                        new IOException("the container was not started"));
                            });
        }

        @Override
        public void closeStdin() {
            started().ifPresent(AttachSession::closeStdin);
        }

        @Override
        public void close() {
            pending.cancel();
            started().ifPresent(AttachSession::close);
        }
    }
}
