package sampan.engine.gateway.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sockets.Received;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// A connection to a running gateway: one order a line, one answer a line. Orders of several
/// threads go one after the other. UNAVAILABLE where the gateway is gone or does not answer in
/// time, after which the link is of no use.
public final class GatewayLink implements AutoCloseable {
    /// The protocol that both speak.
    public static final int PROTOCOL = 1;

    /// How long an order may take that need not wait for anything.
    public static final int ORDER_MILLIS_MAX = 10_000;

    private static final int LINE_BYTES_MAX = 16 << 20;
    private static final int CHUNK_BYTES = 64 << 10;
    private static final ScheduledExecutorService DEADLINES =
            Executors.newSingleThreadScheduledExecutor(
                    work -> Thread.ofPlatform().daemon().name("gateway deadlines").unstarted(work));

    /// @param descriptors that came with it, the taker's to close
    public record Answer(JsonNode json, List<Fd> descriptors) {}

    private final UnixSocket socket;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final List<Fd> descriptors = new ArrayList<>();
    private int at;
    private int end;
    private final int loops;
    private final String build;

    private GatewayLink(UnixSocket socket) {
        this.socket = socket;
        JsonNode greeting = within(ORDER_MILLIS_MAX, this::read).json();
        if (greeting.path("sampanGateway").asInt(0) != PROTOCOL) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "the gateway that runs speaks another protocol than " + PROTOCOL);
        }
        loops = greeting.path("loops").asInt(1);
        build = greeting.path("build").asString("");
    }

    /// Connects to the gateway that listens there.
    public static GatewayLink open(Path path) {
        UnixSocket socket = UnixSocket.connect(path.toString(), SocketType.STREAM);
        try {
            return new GatewayLink(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// How many sockets an address wants.
    public int loops() {
        return loops;
    }

    /// What [GatewayProgram#build] was when it was started.
    public String build() {
        return build;
    }

    /// Sends an order and gets its answer; INVALID with the gateway's words where it failed.
    public JsonNode order(String line) {
        return order(line, List.of(), ORDER_MILLIS_MAX);
    }

    /// @param passed descriptors that go with it; they stay the caller's
    public synchronized JsonNode order(String line, List<Fd> passed, int millisMax) {
        Answer answer =
                within(
                        millisMax,
                        () -> {
                            send(line, passed);
                            return read();
                        });
        answer.descriptors().forEach(Fd::close);
        JsonNode error = answer.json().path("error");
        if (!error.isMissingNode()) {
            throw SampanException.invalid("gateway: " + error.asString(""));
        }
        return answer.json();
    }

    /// Sends an order to which several answers come.
    public synchronized void begin(String line) {
        within(
                ORDER_MILLIS_MAX,
                () -> {
                    send(line, List.of());
                    return new Answer(Json.tree("{}".getBytes(StandardCharsets.UTF_8)), List.of());
                });
    }

    /// The next answer; waits for it as long as it takes.
    public Answer next() {
        try {
            return read();
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    private interface Work {
        Answer run();
    }

    private Answer within(int millis, Work work) {
        ScheduledFuture<?> deadline =
                DEADLINES.schedule(
                        () -> socket.shutdown(UnixSocket.SHUT_BOTH), millis, TimeUnit.MILLISECONDS);
        try {
            return work.run();
        } catch (RuntimeException e) {
            throw gone(e);
        } finally {
            deadline.cancel(false);
        }
    }

    private static SampanException gone(RuntimeException e) {
        return new SampanException(
                ErrorCode.UNAVAILABLE, "the gateway does not answer: " + e.getMessage(), e);
    }

    private void send(String line, List<Fd> passed) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        int sent = socket.send(bytes, passed);
        while (sent < bytes.length) {
            sent += socket.send(Arrays.copyOfRange(bytes, sent, bytes.length));
        }
    }

    private Answer read() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            for (int i = at; i < end; i++) {
                if (chunk[i] == '\n') {
                    line.write(chunk, at, i - at);
                    at = i + 1;
                    List<Fd> taken = List.copyOf(descriptors);
                    descriptors.clear();
                    return new Answer(Json.tree(line.toByteArray()), taken);
                }
            }
            line.write(chunk, at, end - at);
            at = 0;
            end = 0;
            Received received = socket.receive(chunk, UnixSocket.FDS_MAX);
            descriptors.addAll(received.fds());
            end = received.bytes();
            if (received.ended() || line.size() > LINE_BYTES_MAX) {
                throw new SampanException(ErrorCode.UNAVAILABLE, "it has ended");
            }
        }
    }

    /// Wakes who waits for an answer; may be called by any thread.
    @Override
    public void close() {
        if (socket.fd().isOpen()) {
            socket.shutdown(UnixSocket.SHUT_BOTH);
        }
    }

    /// Gives the descriptor back, after [#close] and once nobody uses the link.
    public void release() {
        descriptors.forEach(Fd::close);
        descriptors.clear();
        socket.close();
    }
}
