package sampan.buildkit.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.http.Transport;

/// A connection within a call: its bytes come and go as messages. One message is taken from the
/// client at a time, and sent when it takes one.
public final class Tunnel implements Transport {
    private final ServerCallStreamObserver<byte[]> client;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<ByteBuffer> come = Optional.empty();
    private boolean ended;
    private boolean closed;

    /// Before the call's method returns.
    public Tunnel(ServerCallStreamObserver<byte[]> client) {
        this.client = client;
        client.disableAutoRequest();
        client.setOnReadyHandler(() -> change(() -> {}));
        client.setOnCancelHandler(() -> change(this::end));
    }

    /// Where the client's messages go.
    public StreamObserver<byte[]> incoming() {
        client.request(1);
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                change(() -> come = Optional.of(ByteBuffer.wrap(Fields.of(message).bytes(1))));
            }

            @Override
            public void onError(Throwable cause) {
                change(Tunnel.this::end);
            }

            @Override
            public void onCompleted() {
                change(() -> ended = true);
            }
        };
    }

    private void end() {
        ended = true;
        closed = true;
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            while (true) {
                if (come.isPresent() && come.get().hasRemaining()) {
                    ByteBuffer from = come.get();
                    int count = Math.min(target.remaining(), from.remaining());
                    target.put(from.slice(from.position(), count));
                    from.position(from.position() + count);
                    return count;
                }
                if (come.isPresent()) {
                    come = Optional.empty();
                    client.request(1);
                }
                if (ended) {
                    return -1;
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        lock.lock();
        try {
            for (ByteBuffer source : sources) {
                while (!client.isReady() && !closed) {
                    changed.await();
                }
                if (closed) {
                    throw new IOException("the client ended the call");
                }
                byte[] piece = new byte[source.remaining()];
                source.get(piece);
                client.onNext(new Message().bytes(1, piece).bytes());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    @Override
    public void finishOutput() {
        close();
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the call as failed, unless it has ended.
    public void fail(StatusRuntimeException failure) {
        change(() -> {
            if (!closed) {
                client.onError(failure);
            }
            end();
        });
    }

    @Override
    public void close() {
        change(() -> {
            if (!closed) {
                client.onCompleted();
            }
            end();
        });
    }
}
