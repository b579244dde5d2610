package sampan.app.cli.containers;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import sampan.engine.services.StreamService.AttachSession;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.poll.Poller;
import sampan.linux.poll.Readiness;
import sampan.linux.poll.Registration;
import sampan.linux.sys.Fd;

/// Carries what is typed on a terminal to a container, and hears the detach keys. A poller of its
/// own reads, for a terminal that somebody else reads too may be empty when its turn comes, and
/// then holds up this one only; a virtual thread writes; a container that does not read stops the
/// reading.
final class TerminalInput implements AutoCloseable {
    private static final int READ_BYTES = 4096;
    private static final int CHUNKS_MAX = 64;
    private static final byte[] END = new byte[0];

    private final Fd terminal;
    private final AttachSession session;
    private final DetachKeys keys;
    private final Runnable detached;
    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX + 1);
    private final Poller poller;
    private final Registration registration;

    TerminalInput(Fd terminal, AttachSession session, DetachKeys keys, Runnable detached) {
        this.terminal = terminal;
        this.session = session;
        this.keys = keys;
        this.detached = detached;
        this.poller = Poller.start("terminal-input");
        this.registration = poller.register(terminal, Readiness.IN, (r, _) -> read(r));
        // Last: it uses the registration, and keys may have been read before that is known here.
        Thread.ofVirtual().name("terminal-input").start(this::write);
    }

    private void read(Registration ready) {
        byte[] typed = new byte[READ_BYTES];
        int n;
        try {
            n = FileIo.read(terminal, typed);
        } catch (SampanException e) {
            n = 0;
        }
        if (n == 0 || chunks.size() >= CHUNKS_MAX) {
            ready.events(0);
        }
        chunks.add(n == 0 ? END : Arrays.copyOf(typed, n));
    }

    private void write() {
        try {
            for (byte[] typed = chunks.take(); typed.length > 0; typed = chunks.take()) {
                DetachKeys.Filtered filtered = keys.filter(typed);
                session.writeStdin(ByteBuffer.wrap(filtered.forward()));
                if (filtered.detached()) {
                    detached.run();
                    return;
                }
                if (chunks.isEmpty()) {
                    registration.events(Readiness.IN);
                }
            }
            session.closeStdin();
        } catch (InterruptedException | SampanException | IllegalStateException e) {
            // The container or the client is gone: nothing is left to carry.
        }
    }

    @Override
    public void close() {
        registration.close();
        chunks.clear();
        chunks.add(END);
        // Not waited for: it may stand in a read that only the next key ends.
        Thread.ofVirtual().name("terminal-input end").start(poller::close);
    }
}
