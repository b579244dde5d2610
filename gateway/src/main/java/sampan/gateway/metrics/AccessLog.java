package sampan.gateway.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import sampan.linux.net.Memory;

/// Lines from the loops to a file, written by a thread of its own. A disk that is slow makes nobody
/// wait: where all blocks are with the writer, lines are dropped and counted.
public final class AccessLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int BLOCKS_PER_LOOP = 8;
    private static final int JOIN_MILLIS_MAX = 5_000;

    private static final class Block {
        private final byte[] bytes = new byte[BLOCK_BYTES];
        private int length;
    }

    /// Blocks that wait for one who listens; more are lost to it.
    private static final int TAP_BLOCKS_MAX = 64;

    /// One who reads along. Closed by whoever opened it.
    public final class Tap implements AutoCloseable {
        private final BlockingQueue<byte[]> blocks = new ArrayBlockingQueue<>(TAP_BLOCKS_MAX);

        private Tap() {}

        /// Whole lines, empty where none came within that time.
        public byte[] next(long millisMax) throws InterruptedException {
            byte[] lines = blocks.poll(millisMax, TimeUnit.MILLISECONDS);
            return lines == null ? new byte[0] : lines;
        }

        @Override
        public void close() {
            taps.remove(this);
        }
    }

    private final List<Tap> taps = new CopyOnWriteArrayList<>();
    private final boolean kept;
    private final OutputStream out;
    private final Block[] current;
    private final BlockingQueue<Block> full;
    private final BlockingQueue<Block> empty;
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;

    /// Appends to a file, made where it is missing; `-` is standard output.
    public AccessLog(String file, int loops) {
        this(open(file), true, loops);
    }

    /// Only for those who read along.
    public static AccessLog unkept(int loops) {
        return new AccessLog(OutputStream.nullOutputStream(), false, loops);
    }

    private static OutputStream open(String file) {
        try {
            return file.equals("-")
                    ? new java.io.FileOutputStream(java.io.FileDescriptor.out)
                    : Files.newOutputStream(
                            Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("accessLog \"" + file + "\"", e);
        }
    }

    private AccessLog(OutputStream out, boolean kept, int loops) {
        this.out = out;
        this.kept = kept;
        int blocks = loops * BLOCKS_PER_LOOP;
        full = new ArrayBlockingQueue<>(blocks + loops);
        empty = new ArrayBlockingQueue<>(blocks + loops);
        for (int i = 0; i < blocks; i++) {
            empty.add(new Block());
        }
        current = new Block[loops];
        for (int i = 0; i < loops; i++) {
            current[i] = new Block();
        }
        writer = Thread.ofPlatform().daemon().name("access log").start(this::run);
    }

    /// Whether anybody reads lines.
    public boolean isWanted() {
        return kept || !taps.isEmpty();
    }

    /// Reads along from now on.
    public Tap tap() {
        Tap tap = new Tap();
        taps.add(tap);
        return tap;
    }

    /// Takes a line of a loop; called by that loop only.
    public void write(int loop, long line, int length) {
        Block block = current[loop];
        if (block.length + length > BLOCK_BYTES) {
            flush(loop);
            block = current[loop];
            if (block.length + length > BLOCK_BYTES) {
                dropped.incrementAndGet();
                return;
            }
        }
        Memory.copy(line, block.bytes, block.length, length);
        block.length += length;
    }

    /// Whether lines of a loop wait for [#flush].
    public boolean isPending(int loop) {
        return current[loop].length > 0 && !empty.isEmpty();
    }

    /// Hands the lines of a loop to the writer; called by that loop only.
    public void flush(int loop) {
        Block block = current[loop];
        if (block.length == 0) {
            return;
        }
        Block next = empty.poll();
        if (next != null) {
            full.add(block);
            current[loop] = next;
        }
    }

    /// Lines that were lost to a slow disk.
    public long dropped() {
        return dropped.get();
    }

    private void run() {
        try (out) {
            while (true) {
                Block block = closed ? full.poll() : full.take();
                if (block == null) {
                    return;
                }
                if (block.length > 0) {
                    out.write(block.bytes, 0, block.length);
                    for (Tap tap : taps) {
                        tap.blocks.offer(Arrays.copyOf(block.bytes, block.length));
                    }
                }
                block.length = 0;
                empty.offer(block);
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the access log cannot be written, it ends here", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Writes what the loops handed over; they must have ended.
    @Override
    public void close() {
        closed = true;
        full.offer(new Block());
        try {
            writer.join(JOIN_MILLIS_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
