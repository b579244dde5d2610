package sampan.engine.registry.http;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// A body that is read from a channel when the client asks for more. Its pieces lie outside the
/// heap and are used again once the client has sent them: a blob would cost the heap its size
/// otherwise.
///
/// @param opener asked for each sending
/// @param contentLength negative where nobody knows it yet: all of the channel
/// @param moved told the size of each piece
record ChannelBody(Opener opener, long contentLength, LongConsumer moved) implements BodyPublisher {
    private static final int PIECE_BYTES = 256 << 10;
    private static final int PIECES_MAX = 4;

    interface Opener {
        ReadableByteChannel open() throws IOException;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        try {
            long left = contentLength < 0 ? Long.MAX_VALUE : contentLength;
            subscriber.onSubscribe(new Reading(opener.open(), left, moved, subscriber));
        } catch (IOException e) {
            subscriber.onSubscribe(new Nothing());
            subscriber.onError(e);
        }
    }

    private static final class Nothing implements Subscription {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    }

    private static final class Reading implements Subscription {
        private final ReadableByteChannel channel;
        private final LongConsumer moved;
        private final Subscriber<? super ByteBuffer> subscriber;
        private final List<ByteBuffer> pieces = new ArrayList<>();
        private final AtomicLong wanted = new AtomicLong();
        private final AtomicBoolean ended = new AtomicBoolean();
        private long left;

        Reading(
                ReadableByteChannel channel,
                long left,
                LongConsumer moved,
                Subscriber<? super ByteBuffer> subscriber) {
            this.channel = channel;
            this.left = left;
            this.moved = moved;
            this.subscriber = subscriber;
        }

        // Who asks first reads for all that ask meanwhile.
        @Override
        public void request(long count) {
            if (wanted.getAndAdd(count) != 0) {
                return;
            }
            boolean more = true;
            while (more) {
                more = next() && wanted.decrementAndGet() > 0;
            }
        }

        private boolean next() {
            try {
                ByteBuffer piece = piece();
                piece.limit((int) Math.min(left, PIECE_BYTES));
                int size = left == 0 || ended.get() ? -1 : channel.read(piece);
                if (size < 0) {
                    end();
                    return false;
                }
                left -= size;
                moved.accept(size);
                subscriber.onNext(piece.flip());
                return true;
            } catch (IOException | RuntimeException e) {
                cancel();
                subscriber.onError(e);
                return false;
            }
        }

        private void end() throws IOException {
            if (ended.compareAndSet(false, true)) {
                channel.close();
                subscriber.onComplete();
            }
        }

        /// One that was sent, or a new one: a client that keeps what it was given gets no second
        /// use of it.
        private ByteBuffer piece() {
            for (ByteBuffer each : pieces) {
                if (!each.hasRemaining()) {
                    return each.clear();
                }
            }
            if (pieces.size() == PIECES_MAX) {
                return ByteBuffer.allocate(PIECE_BYTES);
            }
            ByteBuffer fresh = ByteBuffer.allocateDirect(PIECE_BYTES);
            pieces.add(fresh);
            return fresh;
        }

        @Override
        public void cancel() {
            if (ended.compareAndSet(false, true)) {
                try {
                    channel.close();
                } catch (IOException _) {
                    // nobody reads it any more
                }
            }
        }
    }
}
