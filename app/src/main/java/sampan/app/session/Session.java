package sampan.app.session;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.process.Signals;
import sampan.linux.sockets.PeerCredential;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.users.Rights;
import sampan.runtime.monitor.LaunchSlot;

/// One client's session. Two platform threads: the command's, and one that reads frames.
final class Session implements Caller, AutoCloseable {
    private static final int BUFFER_BYTES = 8 << 10;
    private static final int LAUNCH_FDS = 3;
    private static final int SLOT_CLOSED = -1;
    private static final int SLOT_OWN = -2;

    private final Wire wire;
    private final Request request;
    private final List<Fd> standard;
    private final PeerCredential peer;
    private final PrintStream out;
    private final PrintStream err;
    private final Thread commandThread;
    private final AtomicReference<IntConsumer> signalListener = new AtomicReference<>();
    private final AtomicReference<Runnable> resizeListener = new AtomicReference<>(() -> {});
    private final AtomicInteger openIds = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Integer>> programs = new ConcurrentHashMap<>();
    private final Map<Integer, CompletableFuture<Fd>> opening = new ConcurrentHashMap<>();
    private final AtomicBoolean became = new AtomicBoolean();
    private final AtomicInteger deadly = new AtomicInteger();
    private volatile boolean gone;
    private volatile int rows;
    private volatile int columns;

    /// Takes ownership of the wire and the three descriptors. Made on the command's thread.
    Session(Wire wire, Request request, List<Fd> standard, PeerCredential peer) {
        this.wire = wire;
        this.request = request;
        this.standard = List.copyOf(standard);
        this.peer = peer;
        this.rows = request.rows();
        this.columns = request.columns();
        this.out = printer(DescriptorStreams.output(standard.get(1)));
        this.err = printer(DescriptorStreams.output(standard.get(2)));
        this.commandThread = Thread.currentThread();
    }

    private PrintStream printer(OutputStream to) {
        return new PrintStream(
                new BufferedOutputStream(new Piped(to), BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
    }

    /// Whoever writes into a closed pipe ends, as SIGPIPE has it; a PrintStream tells nobody.
    private final class Piped extends FilterOutputStream {
        Piped(OutputStream to) {
            super(to);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                if (e.getCause() instanceof ErrnoException errno && errno.errno() == Errno.EPIPE) {
                    dieOf(Signals.PIPE);
                    commandThread.interrupt();
                }
                throw e;
            }
        }
    }

    @Override
    public void dieOf(int signal) {
        deadly.compareAndSet(0, signal);
    }

    /// Reads frames until the client ends.
    void read() {
        try {
            for (var frame = wire.readFrame(); frame.isPresent(); frame = wire.readFrame()) {
                take(frame.get());
            }
        } catch (SampanException e) {
            // The socket broke or the client spoke nonsense: either way it is gone.
        } finally {
            gone = true;
            // Commands end with their caller, as a process would with its terminal.
            signal(Signals.HUP);
            SampanException away =
                    new SampanException(ErrorCode.UNAVAILABLE, "the client went away");
            opening.values().forEach(f -> f.completeExceptionally(away));
            programs.values().forEach(f -> f.completeExceptionally(away));
        }
    }

    private void take(Wire.Frame frame) {
        ByteBuffer content = frame.content();
        switch (frame.type()) {
            case Wire.SIGNAL -> signal(content.getInt());
            case Wire.WINCH -> {
                rows = content.getShort() & 0xffff;
                columns = content.getShort() & 0xffff;
                resizeListener.get().run();
            }
            case Wire.RAN -> ran(content.getInt(), content.getInt());
            case Wire.OPENED -> opened(content.getInt(), content.getInt(), frame.fds());
            default -> throw SampanException.invalid("client frame of type " + frame.type());
        }
    }

    private void signal(int number) {
        IntConsumer listener = signalListener.get();
        if (listener != null) {
            listener.accept(number);
        } else if (number == Signals.INT || number == Signals.TERM || number == Signals.HUP) {
            deadly.compareAndSet(0, number);
            commandThread.interrupt();
        }
    }

    private void ran(int id, int status) {
        CompletableFuture<Integer> waiting = programs.remove(id);
        if (waiting != null) {
            waiting.complete(status);
        }
    }

    private void opened(int id, int errno, List<Fd> fds) {
        CompletableFuture<Fd> waiting = opening.remove(id);
        if (waiting == null) {
            fds.forEach(Fd::close);
        } else if (fds.isEmpty()) {
            waiting.completeExceptionally(FileIo.openFailure(errno, ""));
        } else {
            waiting.complete(fds.getFirst());
        }
    }

    /// Tells the client how the command ended.
    void finish(int exitCode) {
        out.flush();
        err.flush();
        if (became.get()) {
            return;
        }
        int signal = deadly.get();
        if (signal != 0) {
            wire.sendNumber(Wire.DIE, signal);
        } else {
            wire.sendNumber(Wire.EXIT, exitCode);
        }
    }

    @Override
    public List<String> arguments() {
        return request.arguments();
    }

    @Override
    public Map<String, String> environment() {
        return request.environment();
    }

    @Override
    public String workingDirectory() {
        return request.workingDirectory();
    }

    @Override
    public Fd stdin() {
        return standard.get(0);
    }

    @Override
    public Fd stdout() {
        return standard.get(1);
    }

    @Override
    public Fd stderr() {
        return standard.get(2);
    }

    @Override
    public boolean stdinIsTerminal() {
        return request.terminal(Request.TTY_IN);
    }

    @Override
    public boolean stdoutIsTerminal() {
        return request.terminal(Request.TTY_OUT);
    }

    @Override
    public boolean stderrIsTerminal() {
        return request.terminal(Request.TTY_ERR);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public int uid() {
        return peer.uid();
    }

    @Override
    public int gid() {
        return peer.gid();
    }

    @Override
    public Rights rights() {
        return new Rights(peer.uid(), peer.gid(), wire.socket().peerGroups());
    }

    @Override
    public int pid() {
        return peer.pid();
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public PrintStream err() {
        return err;
    }

    @Override
    public InputStream in() {
        return DescriptorStreams.input(stdin());
    }

    @Override
    public void rawTerminal(boolean on) {
        wire.send(Wire.RAW, new byte[] {(byte) (on ? 1 : 0)}, List.of());
    }

    @Override
    public void rawTerminalInput() {
        wire.send(Wire.RAW, new byte[] {2}, List.of());
    }

    @Override
    public Fd open(String path, int flags, int mode) {
        int id = openIds.incrementAndGet();
        CompletableFuture<Fd> answer = new CompletableFuture<>();
        opening.put(id, answer);
        wire.sendOpen(id, flags, mode, path);
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof sampan.errors.ErrnoException errno) {
                throw FileIo.openFailure(errno.errno(), path);
            }
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "open " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void start(Fd program, Fd plan, Fd control, List<LaunchSlot> slots) {
        List<Fd> fds = new ArrayList<>(List.of(program, plan, control));
        int[] numbers = new int[slots.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] =
                    switch (slots.get(i)) {
                        case LaunchSlot.Closed() -> SLOT_CLOSED;
                        case LaunchSlot.Theirs(int number) -> SLOT_OWN - number;
                        case LaunchSlot.Ours(Fd fd) -> {
                            fds.add(fd);
                            yield fds.size() - 1 - LAUNCH_FDS;
                        }
                    };
        }
        wire.sendLaunch(fds, numbers);
    }

    @Override
    public boolean isGone() {
        return gone;
    }

    @Override
    public CompletableFuture<Integer> run(List<String> arguments, List<Fd> standard) {
        int id = openIds.incrementAndGet();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        programs.put(id, ended);
        wire.sendRun(id, arguments, standard);
        return ended;
    }

    @Override
    public void onSignal(IntConsumer listener) {
        signalListener.set(listener);
    }

    @Override
    public void onResize(Runnable listener) {
        resizeListener.set(listener);
    }

    @Override
    public void become(List<BecomeStep> steps) {
        out.flush();
        err.flush();
        wire.sendSteps(steps);
        became.set(true);
    }

    /// Ends the reader; nothing can be sent any more.
    void hangUp() {
        wire.socket().shutdown(UnixSocket.SHUT_BOTH);
    }

    @Override
    public void close() {
        standard.forEach(Fd::close);
        wire.close();
    }
}
