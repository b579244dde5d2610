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
    /// Pieces on their way, of some 16 KiB buffers each: one is fetched while another is written.
    /// More would be lost when the daemon is killed.
    private static final int PIECES_MAX = 1;

    private final RegistryLimits limits;
    private final LinkedBlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private List<ByteBuffer> current = List.of();
    private int next;
    private Optional<Piece> end = Optional.empty();
    private volatile long offset;
    private volatile boolean open = true;
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
        ByteBuffer buffer = current.get(next);
        int size = Math.min(buffer.remaining(), target.remaining());
        target.put(target.position(), buffer, buffer.position(), size);
        target.position(target.position() + size);
        buffer.position(buffer.position() + size);
        if (!buffer.hasRemaining()) {
            next++;
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

    private Piece await() throws IOException {
        long begin = System.nanoTime();
        try {
            Piece piece = pieces.poll(limits.stall().toNanos(), TimeUnit.NANOSECONDS);
            if (!open) {
                throw new IOException("the body was closed");
            }
            if (piece == null) {
                close();
                throw new IOException(
                        "the registry sent nothing for " + limits.stall().toMillis() + " ms");
            }
            watchRate(System.nanoTime() - begin, piece);
            return piece;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
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
            close();
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

    /// Ends the connection where the body was not read to its end.
    @Override
    public void close() {
        open = false;
        if (end.isPresent() && end.get() instanceof Piece.End) {
            return;
        }
        if (!subscribed.cancel(false)) {
            subscribed.join().cancel();
        }
    }
}
