package sampan.engine.registry.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import sampan.engine.registry.BlobBody;
import sampan.engine.registry.RegistryLimits;

/// An answer's body. The client fills a short queue, one thread reads it; where nothing comes for
/// too long, or too little, reading fails.
final class BodyChannel implements BodySubscriber<BodyChannel>, BlobBody {
    /// Pieces on their way, of some buffers each: one is fetched while another is written. More
    /// would be lost when the daemon is killed.
    private static final int PIECES_MAX = 1;

    /// What is read on when the body is closed, and for how long, so that the connection serves
    /// again: another costs more.
    private static final int REST_BYTES_MAX = 16 << 10;

    private static final long REST_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private final RegistryLimits limits;
    private final LinkedBlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private List<ByteBuffer> current = List.of();
    private int next;
    private Optional<Piece> end = Optional.empty();
    private volatile long offset;
    private volatile boolean open = true;
    private long left = -1;
    private long waitedNanos;
    private long waitedBytes;

    BodyChannel(RegistryLimits limits) {
        this.limits = limits;
    }

    /// What the client put into the queue.
    private sealed interface Piece {
        record Content(List<ByteBuffer> buffers) implements Piece {}

        record End() implements Piece {}

        record Broken(Throwable cause) implements Piece {}
    }

    @Override
    public CompletionStage<BodyChannel> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (!subscribed.complete(subscription)) {
            subscription.cancel();
            return;
        }
        subscription.request(PIECES_MAX);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        pieces.add(new Piece.Content(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        pieces.add(new Piece.Broken(cause));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece.End());
    }

    /// @param bytes that are to come; negative where nobody knows
    void promised(long bytes) {
        left = bytes;
    }

    void startsAt(long position) {
        offset = position;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        while (next == current.size()) {
            if (!advance()) {
                return -1;
            }
        }
        int size = 0;
        while (next < current.size() && target.hasRemaining()) {
            ByteBuffer buffer = current.get(next);
            int part = Math.min(buffer.remaining(), target.remaining());
            target.put(target.position(), buffer, buffer.position(), part);
            target.position(target.position() + part);
            buffer.position(buffer.position() + part);
            size += part;
            if (!buffer.hasRemaining()) {
                next++;
            }
        }
        return size;
    }

    /// Takes the next piece; false at the end.
    private boolean advance() throws IOException {
        Piece piece = end.isPresent() ? end.get() : await();
        return switch (piece) {
            case Piece.Content(List<ByteBuffer> buffers) -> {
                current = buffers;
                next = 0;
                passed(buffers);
                subscribed.join().request(1);
                yield true;
            }
            case Piece.End _ -> {
                end = Optional.of(piece);
                yield false;
            }
            case Piece.Broken(Throwable cause) -> {
                end = Optional.of(piece);
                throw new IOException("the connection broke: " + cause.getMessage(), cause);
            }
        };
    }

    private void passed(List<ByteBuffer> buffers) {
        if (left >= 0) {
            long size = buffers.stream().mapToLong(ByteBuffer::remaining).sum();
            left = Math.max(0, left - size);
        }
    }

    private Piece await() throws IOException {
        long begin = System.nanoTime();
        try {
            Piece piece = pieces.poll(limits.stall().toNanos(), TimeUnit.NANOSECONDS);
            if (!open) {
                throw new IOException("the body was closed");
            }
            if (piece == null) {
                giveUp();
                throw new IOException(
                        "the registry sent nothing for " + limits.stall().toMillis() + " ms");
            }
            watchRate(System.nanoTime() - begin, piece);
            return piece;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp();
            throw new IOException("interrupted while reading from a registry", e);
        }
    }

    // Only our waiting counts: a slow disk of ours is not the registry's fault.
    private void watchRate(long nanos, Piece piece) throws IOException {
        waitedNanos += nanos;
        if (piece instanceof Piece.Content(List<ByteBuffer> buffers)) {
            buffers.forEach(buffer -> waitedBytes += buffer.remaining());
        }
        if (waitedNanos < limits.crawlWindow().toNanos()) {
            return;
        }
        if (waitedBytes < RegistryLimits.CRAWL_BYTES_MIN) {
            giveUp();
            throw new IOException(
                    "the registry sent "
                            + waitedBytes
                            + " bytes in "
                            + limits.crawlWindow().toMillis()
                            + " ms");
        }
        waitedNanos = 0;
        waitedBytes = 0;
    }

    /// The whole of a short body.
    ///
    /// @throws IOException where it has more than `bytesMax`, too
    byte[] readAll(int bytesMax) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
        while (read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > bytesMax) {
                throw new IOException("the registry's answer has more than " + bytesMax + " bytes");
            }
        }
        return all.toByteArray();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /// Ends the connection where more of the body is to come than a little.
    @Override
    public void close() {
        if (open && left >= 0 && left <= REST_BYTES_MAX) {
            readRest();
        }
        giveUp();
    }

    private void readRest() {
        long deadline = System.nanoTime() + REST_NANOS_MAX;
        try {
            while (end.isEmpty()) {
                Piece piece = pieces.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                switch (piece) {
                    case Piece.Content _ -> subscribed.join().request(1);
                    case Piece.End _, Piece.Broken _ -> end = Optional.of(piece);
                    case null -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp() {
        open = false;
        if (end.isPresent() && end.get() instanceof Piece.End) {
            return;
        }
        if (!subscribed.cancel(false)) {
            subscribed.join().cancel();
        }
    }
}
