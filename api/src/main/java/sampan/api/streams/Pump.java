package sampan.api.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sampan.engine.services.StreamService.AttachSession;
import sampan.errors.SampanException;
import sampan.http.BufferPool;
import sampan.http.Transport;

/// Connects a client with an attached process until one of them is done. The calling thread carries
/// output, another one stdin. The end of the client's output ends the process's stdin and nothing
/// else, or detaches, as [Input] says; the end of the process's output ends the connection, after
/// all of it was written.
public final class Pump {
    private static final BufferPool BUFFERS = new BufferPool(64 << 10, 8);
    private static final BufferPool TYPED = new BufferPool(16 << 10, 16);

    /// How long a client that was told the end may take to close its own side.
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /// What becomes of that which the client sends.
    ///
    /// @param wanted it goes to the process; otherwise it is read and dropped, and its end says
    ///   nothing: clients that only listen end their output at once
    /// @param endsStdin its end is the end of the process's stdin; otherwise it detaches the
    ///   client, because others may feed the process too, or because a terminal's stdin never ends
    /// @param keys what detaches when typed; absent without a terminal
    public record Input(boolean wanted, boolean endsStdin, Optional<DetachKeys> keys) {}

    /// How a session ended.
    public enum End {
        /// The process's output ended, or the client went away.
        OVER,
        /// The client typed the keys that detach.
        DETACHED
    }

    private final AttachSession session;
    private final Transport client;
    private final Input input;
    private final CountDownLatch inputOver = new CountDownLatch(1);
    private volatile boolean outputOver;
    private volatile boolean detached;

    public Pump(AttachSession session, Transport client, Input input) {
        this.session = session;
        this.client = client;
        this.input = input;
    }

    /// Returns when it is over; the session is closed then, the client is not.
    public End run() throws InterruptedException {
        Thread reader = Thread.ofVirtual().name("attach-stdin").start(this::carryInput);
        try {
            carryOutput();
        } catch (IOException e) {
            // The client went away, or the session was closed from the other direction.
        } finally {
            outputOver = true;
            session.close();
        }
        farewell();
        if (!inputOver.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
            client.close();
        }
        reader.join();
        return detached ? End.DETACHED : End.OVER;
    }

    private void farewell() {
        try {
            client.finishOutput();
        } catch (IOException e) {
            client.close();
        }
    }

    private void carryOutput() throws IOException {
        Optional<SocketChannel> output = session.output();
        if (output.isEmpty()) {
            return;
        }
        ByteBuffer buffer = BUFFERS.take();
        try {
            while (output.get().read(buffer.clear()) >= 0) {
                client.write(buffer.flip());
            }
        } finally {
            BUFFERS.give(buffer);
        }
    }

    private void carryInput() {
        ByteBuffer buffer = TYPED.take();
        try {
            while (client.read(buffer.clear()) >= 0) {
                if (!outputOver && input.wanted() && !forward(buffer.flip())) {
                    return;
                }
            }
            endStdin();
        } catch (IOException e) {
            // A reset: there is nobody left who could want the output.
            session.close();
        } finally {
            TYPED.give(buffer);
            inputOver.countDown();
        }
    }

    /// False when the client has detached.
    private boolean forward(ByteBuffer typed) {
        try {
            if (input.keys().isEmpty()) {
                session.writeStdin(typed);
                return true;
            }
            DetachKeys.Typed result = input.keys().get().type(typed);
            if (result.pass().hasRemaining()) {
                session.writeStdin(result.pass());
            }
            if (result.detached()) {
                detached = true;
                session.close();
                return false;
            }
            return true;
        } catch (SampanException | UncheckedIOException e) {
            // The process closed its stdin or ended: what the client still sends goes nowhere, but
            // must be read, or the client hangs instead of reading its output.
            return true;
        }
    }

    private void endStdin() {
        if (!input.wanted() || outputOver) {
            return;
        }
        try {
            if (input.keys().isPresent()) {
                ByteBuffer rest = input.keys().get().held();
                if (rest.hasRemaining()) {
                    session.writeStdin(rest);
                }
            }
            if (input.endsStdin()) {
                session.closeStdin();
            } else {
                session.close();
            }
        } catch (SampanException | UncheckedIOException e) {
            // It ended meanwhile.
        }
    }
}
