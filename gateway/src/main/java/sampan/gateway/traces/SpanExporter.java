package sampan.gateway.traces;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import sampan.gateway.outgoing.Outgoing;

/// Sends spans in batches by OTLP over HTTP, in protobuf, from a thread of its own. A collector
/// that is slow or gone makes nobody wait: what does not fit into the queue is dropped and counted.
final class SpanExporter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SpanExporter.class.getName());
    private static final int BATCH_MAX = 512;
    private static final long GATHER_NANOS = 200_000_000L;
    private static final long GATHER_STEP_NANOS = 20_000_000;
    private static final int POLL_MILLIS = 500;
    private static final int ATTEMPTS_MAX = 5;
    private static final long BACKOFF_MILLIS = 1_000;
    private static final long BACKOFF_MILLIS_MAX = 30_000;
    private static final int CLOSE_MILLIS_MAX = 3_000;
    private static final int OK = 200;
    private static final int TOO_MANY = 429;
    private static final int BAD_GATEWAY = 502;
    private static final int TIMEOUT = 504;

    private final TraceSettings settings;
    private final SpanCounts counts;
    private final Outgoing outgoing;
    private final OtlpEncoder encoder;
    private final BlockingQueue<Span> queue;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private boolean failing;

    SpanExporter(TraceSettings settings, SpanCounts counts) {
        this.settings = settings;
        this.counts = counts;
        outgoing = Outgoing.trusting(settings.collector().authorities());
        encoder = new OtlpEncoder(settings.resource());
        queue = new ArrayBlockingQueue<>(settings.collector().queueMax());
        thread = Thread.ofPlatform().daemon().name("trace export").start(this::run);
    }

    void offer(Span span) {
        if (closing.getCount() == 0 || !queue.offer(span)) {
            counts.overflow();
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void run() {
        List<Span> batch = new ArrayList<>(BATCH_MAX);
        try {
            while (!isClosing() || !queue.isEmpty()) {
                gather(batch);
                if (!batch.isEmpty()) {
                    send(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException _) {
            counts.lose(batch.size() + queue.size());
        }
    }

    /// Waits a while for more than one, which cost the collector less together.
    private void gather(List<Span> batch) throws InterruptedException {
        Span first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
            return;
        }
        batch.add(first);
        long end = System.nanoTime() + GATHER_NANOS;
        queue.drainTo(batch, BATCH_MAX - 1);
        for (long left = GATHER_NANOS;
                left > 0 && batch.size() < BATCH_MAX;
                left = end - System.nanoTime()) {
            if (closing.await(Math.min(left, GATHER_STEP_NANOS), TimeUnit.NANOSECONDS)) {
                return;
            }
            queue.drainTo(batch, BATCH_MAX - batch.size());
        }
    }

    private void send(List<Span> batch) throws InterruptedException {
        byte[] body = encoder.encode(batch);
        @Nullable String wrong = "";
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            long wait = Math.min(BACKOFF_MILLIS << attempt, BACKOFF_MILLIS_MAX);
            try {
                HttpResponse<byte[]> answer = outgoing.send(request(body));
                int status = answer.statusCode();
                if (status / 100 == OK / 100) {
                    counts.export(batch.size(), OtlpEncoder.rejected(answer.body(), batch.size()));
                    recovered();
                    return;
                }
                wrong = "it answers " + status;
                if (!isTransient(status)) {
                    break;
                }
                wait = retryAfter(answer).orElse(wait);
            } catch (IOException e) {
                wrong = e.getMessage();
            }
            if (closing.await(wait, TimeUnit.MILLISECONDS)) {
                break; // who ends does not wait for a collector to come back
            }
        }
        counts.lose(batch.size());
        if (!failing) {
            failing = true;
            LOG.log(
                    Level.WARNING,
                    "spans are lost, the collector "
                            + settings.collector().uri()
                            + " does not take them: "
                            + wrong);
        }
    }

    private void recovered() {
        if (failing) {
            failing = false;
            LOG.log(Level.INFO, "the collector takes spans again");
        }
    }

    // Those that OTLP says may be sent again.
    private static boolean isTransient(int status) {
        return status == TOO_MANY || status >= BAD_GATEWAY && status <= TIMEOUT;
    }

    private static Optional<Long> retryAfter(HttpResponse<byte[]> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,4}"))
                .map(seconds -> Math.min(Long.parseLong(seconds) * 1000, BACKOFF_MILLIS_MAX));
    }

    private HttpRequest request(byte[] body) {
        HttpRequest.Builder request =
                Outgoing.request(settings.collector().uri())
                        .timeout(Duration.ofSeconds(Outgoing.SECONDS_MAX))
                        .header("Content-Type", "application/x-protobuf");
        settings.collector().headers().forEach(request::setHeader);
        byte[] sent = body;
        if (settings.collector().compress()) {
            request.header("Content-Encoding", "gzip");
            sent = compressed(body);
        }
        return request.POST(HttpRequest.BodyPublishers.ofByteArray(sent)).build();
    }

    private static byte[] compressed(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(Duration.ofMillis(CLOSE_MILLIS_MAX))) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
