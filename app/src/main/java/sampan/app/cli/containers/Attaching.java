package sampan.app.cli.containers;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import sampan.app.cli.CommandContext;
import sampan.engine.containers.Container;
import sampan.engine.services.Engine;
import sampan.engine.services.StreamService.AttachRequest;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.services.TaskService.WaitResult;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;

/// Attaches the caller to a container that runs or is about to: `attach`, `start -a`.
final class Attaching {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int FRAME_HEAD_BYTES = 8;

    private final CommandContext context;
    private final DetachKeys keys;
    private final boolean proxySignals;

    Attaching(CommandContext context, DetachKeys keys, boolean proxySignals) {
        this.context = context;
        this.keys = keys;
        this.proxySignals = proxySignals;
    }

    /// @param begin what sets the container going, when it does not run yet
    int run(Container container, boolean stdin, Runnable begin) throws InterruptedException {
        Engine engine = context.engine();
        String id = container.id().value();
        boolean tty = container.spec().process().tty();
        boolean typing = stdin && container.spec().process().openStdin();
        boolean terminal = tty && context.caller().stdinIsTerminal();
        CompletableFuture<WaitResult> waiting = engine.tasks().waitFor(id, WaitCondition.NEXT_EXIT);
        Foreground.Watched watched =
                new Foreground.Watched() {
                    @Override
                    public void resize(int rows, int columns) {
                        engine.tasks().resize(id, rows, columns);
                    }

                    @Override
                    public void signal(String name) {
                        engine.tasks().kill(id, name);
                    }
                };
        AttachRequest request = new AttachRequest(typing, true, true);
        try (Foreground foreground = new Foreground(context, terminal, proxySignals, watched);
                AttachSession session = engine.streams().attach(id, request)) {
            begin.run();
            foreground.started();
            if (terminal) {
                engine.tasks().resize(id, context.caller().rows(), context.caller().columns());
            }
            if (typing && terminal) {
                foreground.carryKeys(session, keys);
            } else if (typing) {
                Thread.ofPlatform().daemon().name("attach-stdin").start(() -> feed(session));
            }
            CompletableFuture<Void> shown =
                    tty
                            ? TerminalOutput.carry(
                                    session, context.caller().stdout(), foreground::outputFailed)
                            : split(session, foreground);
            return foreground.await(waiting.thenCombine(shown, (result, _) -> result.exitCode()));
        }
    }

    private void feed(AttachSession session) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int n = FileIo.read(context.caller().stdin(), buffer);
                    n > 0;
                    n = FileIo.read(context.caller().stdin(), buffer)) {
                session.writeStdin(ByteBuffer.wrap(buffer, 0, n));
            }
            session.closeStdin();
        } catch (SampanException | IllegalStateException e) {
            // The container ended, or the caller did.
        }
    }

    /// Takes Docker's frames apart onto the caller's stdout and stderr.
    private CompletableFuture<Void> split(AttachSession session, Foreground foreground) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("attach-output")
                .start(() -> {
                    try {
                        session.output().ifPresent(this::frames);
                    } catch (ErrnoException e) {
                        foreground.outputFailed(e.errno());
                    } catch (SampanException | IllegalStateException e) {
                        // Detached meanwhile.
                    } finally {
                        end.complete(null);
                    }
                });
        return end;
    }

    private void frames(SocketChannel output) {
        ByteBuffer head = ByteBuffer.allocate(FRAME_HEAD_BYTES);
        ByteBuffer content = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (fill(output, head.clear())) {
                int left = head.getInt(4);
                while (left > 0
                        && fill(output, content.clear().limit(Math.min(left, BUFFER_BYTES)))) {
                    FileIo.writeFully(
                            head.get(0) == 2
                                    ? context.caller().stderr()
                                    : context.caller().stdout(),
                            Arrays.copyOf(content.array(), content.limit()));
                    left -= content.limit();
                }
            }
        } catch (java.io.IOException e) {
            // The monitor is gone: the exit tells why.
        }
    }

    private static boolean fill(SocketChannel from, ByteBuffer into) throws java.io.IOException {
        while (into.hasRemaining()) {
            if (from.read(into) < 0) {
                return false;
            }
        }
        return true;
    }
}
