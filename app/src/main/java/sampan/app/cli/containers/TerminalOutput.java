package sampan.app.cli.containers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import sampan.engine.services.StreamService.AttachSession;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;

/// Carries a pty's bytes to the caller's terminal, so that detaching stops them at once.
final class TerminalOutput {
    private static final int BUFFER_BYTES = 16 << 10;

    private TerminalOutput() {}

    /// Completes when the session's output ends.
    ///
    /// @param failed told the errno with which writing failed
    static CompletableFuture<Void> carry(AttachSession session, Fd terminal, IntConsumer failed) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("terminal-output")
                .start(() -> {
                    try {
                        copy(session, terminal);
                    } catch (ErrnoException e) {
                        failed.accept(e.errno());
                    } catch (IOException | SampanException | IllegalStateException e) {
                        // Detached, or the terminal is gone.
                    } finally {
                        end.complete(null);
                    }
                });
        return end;
    }

    private static void copy(AttachSession session, Fd terminal) throws IOException {
        Optional<SocketChannel> output = session.output();
        if (output.isEmpty()) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (output.get().read(buffer) >= 0) {
            FileIo.writeFully(terminal, Arrays.copyOf(buffer.array(), buffer.position()));
            buffer.clear();
        }
    }
}
