package sampan.gateway.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Refusals;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.wire.Octets;

/// Writes the audit log, by a thread of its own. It goes on where it ended, also after its process
/// was killed. Where more is to be told than the disk takes, what is lost is counted in a line.
public final class AuditLog implements Refusals, AutoCloseable {
    /// Where it goes.
    ///
    /// @param bytesMax of a file, after which the next is begun
    /// @param filesMax that are kept besides the current one
    /// @param keyFile with which lines are tied by an HMAC
    public record Settings(Path file, long bytesMax, int filesMax, Optional<Path> keyFile) {}

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final int WAITING_MAX = 4096;
    private static final int BATCH_MAX = 256;
    private static final int LINE_BYTES_MAX = 32 << 10;
    private static final int TEXT_CHARS_MAX = 512;
    private static final int JOIN_MILLIS_MAX = 5_000;
    private static final long POLL_MILLIS = 200;
    private static final String CLOSED = "";

    private final Settings settings;
    private final Chain chain;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer;
    private @Nullable FileChannel out;
    private final FileChannel head;
    private volatile boolean closing;
    private long firstSeq;
    private long seq;
    private String hash = Chain.ORIGIN;
    private long bytes;

    /// Goes on with a log, or begins it.
    ///
    /// @param patient where another process writes it, waits for that one's end, which is near;
    ///   what comes meanwhile is kept for it, [#WAITING_MAX] entries at most
    public AuditLog(Settings settings, boolean patient) {
        this.settings = settings;
        chain = new Chain(settings.keyFile());
        try {
            head =
                    FileChannel.open(
                            Chain.head(settings.file()),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (!begin() && !patient) {
                throw SampanException.invalid(
                        "audit \""
                                + settings.file()
                                + "\": another process writes it: name another");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "audit \"" + settings.file() + "\": it cannot be written", e);
        }
        writer = Thread.ofPlatform().daemon().name("audit log").start(this::run);
    }

    /// Takes the log; not while another process has it.
    private boolean begin() throws IOException {
        if (head.tryLock() == null) {
            return false;
        }
        long cut = recover();
        out = open();
        bytes = out.size();
        if (cut > 0) {
            write(List.of(fields("recovered", "cutBytes", Long.toString(cut))));
        }
        return true;
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(
                settings.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// Finds the last line; cuts off what was being written when the writer was killed.
    private long recover() throws IOException {
        long cut = 0;
        Optional<Chain.Line> last = Optional.empty();
        if (Files.exists(settings.file())) {
            try (RandomAccessFile file = new RandomAccessFile(settings.file().toFile(), "rw")) {
                cut = cutPartial(file);
                last = lastLine(file);
            }
            firstSeq = first(settings.file());
        }
        List<Path> older = Chain.older(settings.file());
        if (last.isEmpty() && !older.isEmpty()) {
            try (RandomAccessFile file = new RandomAccessFile(older.getLast().toFile(), "r")) {
                last = lastLine(file);
            }
        }
        last.ifPresent(line -> {
            seq = line.seq();
            hash = line.hash();
        });
        // Lines that are gone since must be missed, not written anew.
        ByteBuffer told = ByteBuffer.allocate(128);
        head.read(told, 0);
        String[] parts =
                new String(told.array(), 0, told.position(), StandardCharsets.US_ASCII)
                        .strip()
                        .split(" ", -1);
        if (parts.length == 2 && parts[0].matches("\\d{1,18}")) {
            long number = Long.parseLong(parts[0]);
            if (number >= seq) {
                seq = number;
                hash = parts[1];
            }
        }
        if (firstSeq == 0) {
            firstSeq = seq + 1;
        }
        return cut;
    }

    private static byte[] tail(RandomAccessFile file) throws IOException {
        long size = file.length();
        byte[] tail = new byte[(int) Math.min(size, 2L * LINE_BYTES_MAX)];
        file.seek(size - tail.length);
        file.readFully(tail);
        return tail;
    }

    private static long cutPartial(RandomAccessFile file) throws IOException {
        byte[] tail = tail(file);
        int end = tail.length;
        while (end > 0 && tail[end - 1] != '\n') {
            end--;
        }
        int cut = tail.length - end;
        if (cut > 0) {
            file.setLength(file.length() - cut);
        }
        return cut;
    }

    private static Optional<Chain.Line> lastLine(RandomAccessFile file) throws IOException {
        String[] lines = new String(tail(file), StandardCharsets.UTF_8).split("\n", -1);
        return lines.length < 2 ? Optional.empty() : Chain.parse(lines[lines.length - 2]);
    }

    private static long first(Path file) throws IOException {
        try (java.io.BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            return line == null ? 0 : Chain.parse(line).map(Chain.Line::seq).orElse(0L);
        }
    }

    /// What tells one configuration from another.
    public static String sha256(String text) {
        return new Chain(Optional.empty()).hash(text);
    }

    /// Notes an action on the gateway, and of whom or what, as names and values.
    public void record(String kind, String... pairs) {
        offer(fields(kind, pairs));
    }

    @Override
    public void refused(RequestView view, Route route, int status) {
        Identity identity = view.identity();
        offer(
                fields(
                        "refused",
                        "status",
                        Integer.toString(status),
                        "reason",
                        view.reason(),
                        "client",
                        Octets.text(view.clientAt(), view.clientAt() + view.clientLength()),
                        "method",
                        Octets.text(view.head().methodAt(), view.head().methodEnd()),
                        "host",
                        Octets.text(view.head().authorityAt(), view.head().authorityEnd()),
                        "path",
                        Octets.text(view.pathAt(), view.pathEnd()),
                        "route",
                        route.name(),
                        "consumer",
                        identity == null ? "" : identity.name()));
    }

    private void offer(String fields) {
        if (!waiting.offer(fields)) {
            lost.incrementAndGet();
        }
    }

    /// Entries that were lost so far; lines say so too.
    public long lost() {
        return lost.get();
    }

    private static String fields(String kind, String... pairs) {
        StringBuilder line = new StringBuilder(256);
        line.append("\"time\":\"")
                .append(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .append("\",\"kind\":");
        quote(line, kind);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            line.append(',');
            quote(line, pairs[i]);
            line.append(':');
            quote(line, pairs[i + 1]);
        }
        return line.toString();
    }

    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < Math.min(text.length(), TEXT_CHARS_MAX); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c != '"' && c != '\\' && c < 0x7F) {
                line.append(c);
            } else {
                line.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        line.append('"');
    }

    private void run() {
        long told = 0;
        List<String> batch = new ArrayList<>();
        try {
            while (out == null && !begin()) {
                if (closing) {
                    return;
                }
                Thread.sleep(POLL_MILLIS);
            }
            boolean ending = false;
            while (!ending) {
                String next = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    batch.add(next);
                    waiting.drainTo(batch, BATCH_MAX);
                }
                ending = batch.removeIf(CLOSED::equals);
                long now = lost.get();
                if (now > told) {
                    batch.add(fields("lost", "entries", Long.toString(now - told)));
                    told = now;
                }
                if (!batch.isEmpty()) {
                    write(batch);
                    batch.clear();
                }
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the audit log cannot be written, it ends here", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<String> batch) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String fields : batch) {
            seq++;
            String content = "{\"seq\":" + seq + "," + fields + ",\"previous\":\"" + hash + "\"";
            hash = chain.hash(content);
            lines.append(content).append(Chain.HASH).append(hash).append(Chain.END).append('\n');
        }
        ByteBuffer octets = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        bytes += octets.remaining();
        FileChannel to = Objects.requireNonNull(out);
        while (octets.hasRemaining()) {
            to.write(octets);
        }
        // After the lines: whoever is killed in between leaves more lines than this tells, never
        // less.
        String told = String.format(java.util.Locale.ROOT, "%012d %s%n", seq, hash);
        head.write(ByteBuffer.wrap(told.getBytes(StandardCharsets.US_ASCII)), 0);
        to.force(false);
        if (bytes >= settings.bytesMax()) {
            rotate();
        }
    }

    private void rotate() throws IOException {
        Objects.requireNonNull(out).close();
        Files.move(settings.file(), Chain.older(settings.file(), firstSeq));
        out = open();
        bytes = 0;
        firstSeq = seq + 1;
        List<Path> older = Chain.older(settings.file());
        @Nullable String removed = null;
        for (int i = 0; i < older.size() - settings.filesMax(); i++) {
            Files.delete(older.get(i));
            removed = older.get(i).getFileName().toString();
        }
        if (removed != null) {
            write(List.of(fields("removed", "upTo", removed)));
        }
    }

    /// Writes what was told so far.
    @Override
    public void close() {
        closing = true;
        try {
            waiting.put(CLOSED);
            writer.join(JOIN_MILLIS_MAX);
            FileChannel written = out;
            if (written != null) {
                written.close();
            }
            head.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the audit log: " + e.getMessage());
        }
    }
}
