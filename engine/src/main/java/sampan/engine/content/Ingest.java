package sampan.engine.content;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.engine.store.Remains;
import sampan.errors.SampanException;
import sampan.linux.files.WrittenOutFile;
import sampan.oci.Digest;

/// A blob that is coming in. One thread writes; others may [#follow]. Closing it without a commit
/// drops it, and fails its followers; of one that [ContentStore#resume] gave, what came so far
/// stays for the next time.
public final class Ingest implements WritableByteChannel {
    enum Kind {
        USUAL,
        /// Large, of our own making: it goes to the disk as it comes.
        WRITTEN_OUT,
        /// As that, and not read again soon: its pages are taken back.
        DROPPED,
        /// What came so far stays where it is closed early.
        LASTING
    }

    private enum State {
        GROWING,
        WHOLE,
        DROPPED
    }

    private static final int REREAD_BYTES = 256 << 10;

    private final ContentStore store;
    private final Path file;
    private final FileChannel channel;
    private final WritableByteChannel target;
    private final MessageDigest sum = Digest.newSha256();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long written;
    private State state = State.GROWING;
    private boolean committed;
    private boolean lasting;

    private Ingest(ContentStore store, Path file, Kind kind) {
        this.store = store;
        this.file = file;
        lasting = kind == Kind.LASTING;
        store.comes(file);
        try {
            channel =
                    FileChannel.open(
                            file,
                            lasting ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.READ);
            target =
                    switch (kind) {
                        case USUAL, LASTING -> channel;
                        case WRITTEN_OUT -> WrittenOutFile.kept(file);
                        case DROPPED -> WrittenOutFile.dropped(file);
                    };
        } catch (IOException e) {
            store.came(file);
            throw new UncheckedIOException(e);
        }
    }

    static Ingest begin(ContentStore store, Path file, Kind kind) {
        return new Ingest(store, file, kind);
    }

    /// Goes on with what the file has; more than `sizeMax` cannot be right and is thrown away.
    static Ingest resume(ContentStore store, Path file, long sizeMax) {
        Ingest ingest = new Ingest(store, file, Kind.LASTING);
        try {
            if (ingest.channel.size() > sizeMax) {
                ingest.channel.truncate(0);
            }
            ingest.takeIn();
            return ingest;
        } catch (IOException e) {
            ingest.close();
            throw new UncheckedIOException(e);
        }
    }

    private void takeIn() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(REREAD_BYTES);
        while (channel.read(buffer) >= 0) {
            sum.update(buffer.flip());
            written += buffer.limit();
            buffer.clear();
        }
    }

    /// Writes all of it.
    @Override
    public int write(ByteBuffer content) {
        int size = content.remaining();
        sum.update(content.duplicate());
        try {
            while (content.hasRemaining()) {
                target.write(content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        advance(size, State.GROWING);
        return size;
    }

    private void advance(int size, State next) {
        lock.lock();
        try {
            written += size;
            if (state == State.GROWING) {
                state = next;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Bytes so far.
    public long size() {
        lock.lock();
        try {
            return written;
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more comes: followers reach the end, and the digest is known.
    public Digest finish() {
        advance(0, State.WHOLE);
        return Digest.sha256(sum.digest());
    }

    /// Finishes the blob and moves it into the store.
    ///
    /// @throws SampanException INVALID when its digest is another
    public void commit(Digest expected) {
        Digest actual = finish();
        if (!actual.equals(expected)) {
            lasting = false;
            throw SampanException.invalid(
                    "content has digest " + actual + " where " + expected + " was promised");
        }
        keep(actual);
    }

    /// Moves the blob into the store under the digest that [#finish] gave.
    public void keep(Digest digest) {
        try {
            Files.move(file, store.path(digest), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        committed = true;
    }

    /// The bytes from the start, as they come; blocks at the growing end. Fails with an
    /// [IOException] when the ingest is dropped. Any number of followers may read, and go on when
    /// the blob was committed.
    public ReadableByteChannel follow() {
        try {
            return new Follower(FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Follower implements ReadableByteChannel {
        private final FileChannel source;
        private long position;

        Follower(FileChannel source) {
            this.source = source;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            long available = await();
            if (available == 0) {
                return -1;
            }
            int limit = target.limit();
            target.limit((int) Math.min(limit, target.position() + available));
            int size = source.read(target, position);
            target.limit(limit);
            position += Math.max(0, size);
            return size;
        }

        /// Bytes that may be read now; 0 at the end.
        private long await() throws IOException {
            lock.lock();
            try {
                while (written == position && state == State.GROWING) {
                    changed.await();
                }
                if (state == State.DROPPED) {
                    throw new IOException("the blob was dropped while it came in");
                }
                return written - position;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while following a blob", e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isOpen() {
            return source.isOpen();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        advance(0, State.DROPPED);
        try {
            target.close();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!committed && !lasting) {
                Remains.delete(file);
            }
            store.came(file);
        }
    }
}
