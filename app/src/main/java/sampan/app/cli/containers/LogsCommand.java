package sampan.app.cli.containers;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Times;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.Container;
import sampan.engine.services.StreamService.LogRequest;
import sampan.engine.services.StreamService.LogSink;

/// `sampan logs`.
@Command(description = "Fetch the logs of a container")
public final class LogsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--details", description = "Show extra details provided to logs")
    private boolean details;

    @Option(
            names = {"-f", "--follow"},
            description = "Follow log output")
    private boolean follow;

    @Option(names = "--since", description = "Show logs since a time or a duration (42m)")
    private String since = "";

    @Option(
            names = {"-n", "--tail"},
            description = "Number of lines from the end")
    private String tail = "all";

    @Option(
            names = {"-t", "--timestamps"},
            description = "Show timestamps")
    private boolean timestamps;

    @Option(names = "--until", description = "Show logs before a time or a duration (42m)")
    private String until = "";

    @Parameters(paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    public LogsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Container found = context.engine().containers().inspect(container);
        String prefix = details ? details(found) : "";
        LogRequest request =
                new LogRequest(
                        follow,
                        true,
                        true,
                        Times.parse("--since", since),
                        Times.parse("--until", until),
                        lines());
        Lines out = new Lines(context.out(), timestamps, prefix);
        Lines err = new Lines(context.err(), timestamps, prefix);
        context.engine()
                .streams()
                .logs(
                        container,
                        request,
                        new LogSink() {
                            @Override
                            public void entry(int stream, ByteBuffer time, ByteBuffer line) {
                                // Order between the two is kept: one is written out before the
                                // other goes on.
                                (stream == 2 ? out : err).flush();
                                (stream == 2 ? err : out).add(time, line);
                            }

                            @Override
                            public void flush() {
                                out.flush();
                                err.flush();
                            }
                        });
        out.flush();
        err.flush();
        return 0;
    }

    private static String details(Container container) {
        StringBuilder text = new StringBuilder();
        container
                .spec()
                .lifecycle()
                .logOptions()
                .forEach((k, v) ->
                        text.append(text.isEmpty() ? "" : ",").append(k).append('=').append(v));
        return text.append(' ').toString();
    }

    private long lines() {
        try {
            return tail.equals("all") ? -1 : Long.parseLong(tail);
        } catch (NumberFormatException e) {
            throw new UsageException("--tail " + tail + ": give a number or all");
        }
    }

    /// Gathers lines into large writes.
    private static final class Lines {
        private static final int BUFFER_BYTES = 64 << 10;

        private final PrintStream to;
        private final boolean timestamps;
        private final byte[] prefix;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int size;

        Lines(PrintStream to, boolean timestamps, String prefix) {
            this.to = to;
            this.timestamps = timestamps;
            this.prefix = prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        void add(ByteBuffer time, ByteBuffer line) {
            if (timestamps) {
                put(time);
                put(ByteBuffer.wrap(new byte[] {' '}));
            }
            if (prefix.length > 0) {
                put(ByteBuffer.wrap(prefix));
            }
            put(line);
        }

        private void put(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                if (size == buffer.length) {
                    flush();
                }
                int n = Math.min(bytes.remaining(), buffer.length - size);
                bytes.get(buffer, size, n);
                size += n;
            }
        }

        void flush() {
            if (size == 0) {
                return;
            }
            // A closed pipe interrupts this thread, which ends the reading.
            to.write(buffer, 0, size);
            to.flush();
            size = 0;
        }
    }
}
