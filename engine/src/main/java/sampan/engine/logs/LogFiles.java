package sampan.engine.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.LogCutting;

/// The files of one log, oldest first, read to the end of the current one, and on where it is
/// rotated. Files are known by their identity, not by their name, so a rotation between two
/// operations neither loses nor repeats a line. For one thread.
final class LogFiles implements AutoCloseable {
    /// Rotated files that are looked for.
    static final int ROTATED_MAX = 1000;

    private static final int CUT = -1;
    private static final int OPEN_TRIES = 16;
    private static final int BLOCK = 256 << 10;

    /// @param end where it ended when it was opened
    private record OpenFile(FileChannel channel, Object key, long end) {}

    private final Path path;
    private final ArrayDeque<OpenFile> pending = new ArrayDeque<>();
    private @Nullable OpenFile current;

    private LogFiles(Path path) {
        this.path = path;
    }

    /// Opens all files that are there; there may be none yet.
    static LogFiles open(Path path) throws IOException {
        LogFiles files = new LogFiles(path);
        try {
            files.openAll();
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
        return files;
    }

    // From the current one back into the past: a rotation meanwhile shifts names to higher numbers,
    // so a file can be met twice, which its key tells, but never be missed.
    private void openAll() throws IOException {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i <= ROTATED_MAX; i++) {
            OpenFile file = openFile(i);
            if (file == null) {
                if (i == 0) {
                    continue;
                }
                if (i == 1) {
                    openCut(seen);
                }
                return;
            }
            if (seen.add(file.key())) {
                pending.addFirst(file);
            } else {
                file.channel().close();
            }
        }
    }

    // What is left of a log that was cut while it was written; of one that was cut since it was
    // opened here, the whole is open.
    private void openCut(Set<Object> seen) throws IOException {
        OpenFile file = openFile(CUT);
        if (file != null) {
            Object current = key(0);
            if (current != null && seen.contains(current)) {
                pending.addFirst(file);
            } else {
                file.channel().close();
            }
        }
    }

    private Path name(int index) {
        if (index == CUT) {
            return path.resolveSibling(path.getFileName() + LogCutting.CUT);
        }
        return index == 0 ? path : path.resolveSibling(path.getFileName() + "." + index);
    }

    // The key is read by name before and after, for a channel does not tell it.
    private @Nullable OpenFile openFile(int index) throws IOException {
        for (int i = 0; i < OPEN_TRIES; i++) {
            Object before = key(index);
            if (before == null) {
                return null;
            }
            FileChannel channel;
            try {
                channel = FileChannel.open(name(index), StandardOpenOption.READ);
            } catch (NoSuchFileException _) {
                return null;
            }
            if (before.equals(key(index))) {
                return new OpenFile(channel, before, channel.size());
            }
            channel.close();
        }
        throw new IOException(path + " is rotated faster than it can be read");
    }

    private @Nullable Object key(int index) throws IOException {
        try {
            return Objects.requireNonNull(
                    Files.readAttributes(name(index), BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    /// Skips all but the last lines.
    void tail(long lines) throws IOException {
        long left = lines;
        ArrayDeque<OpenFile> kept = new ArrayDeque<>();
        while (!pending.isEmpty()) {
            OpenFile file = pending.removeLast();
            if (left <= 0 && !kept.isEmpty()) {
                file.channel().close();
                continue;
            }
            left -= seekTail(file, left);
            kept.addFirst(file);
        }
        pending.addAll(kept);
    }

    // Puts the channel to where its last lines begin; returns how many there are, at most `lines`.
    private static long seekTail(OpenFile file, long lines) throws IOException {
        FileChannel channel = file.channel();
        long end = file.end();
        if (lines <= 0) {
            channel.position(end);
            return 0;
        }
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long found = 0;
        for (long at = end; at > 0; ) {
            int size = (int) Math.min(BLOCK, at);
            at -= size;
            block.clear().limit(size);
            while (block.hasRemaining()) {
                if (channel.read(block, at + block.position()) < 0) {
                    break;
                }
            }
            for (int i = block.position() - 1; i >= 0; i--) {
                // The newline that ends the last line begins none.
                if (block.get(i) == '\n' && at + i + 1 < end && ++found == lines) {
                    channel.position(at + i + 1);
                    return found;
                }
            }
        }
        channel.position(0);
        return end == 0 ? 0 : found + 1;
    }

    /// Bytes that are to be read still of what there was when the files were opened.
    long remaining() throws IOException {
        long bytes = 0;
        for (OpenFile file : pending) {
            bytes += Math.max(0, file.end() - file.channel().position());
        }
        return bytes;
    }

    /// Reads on into the buffer; 0 when there is nothing more at the moment. A line may be cut, but
    /// never by the end of a rotated file.
    int read(ByteBuffer into) throws IOException {
        while (true) {
            if (current == null) {
                current = pending.pollFirst();
            }
            if (current == null) {
                openAll();
                if (pending.isEmpty()) {
                    return 0;
                }
                continue;
            }
            FileChannel channel = current.channel();
            if (channel.size() < channel.position()) {
                channel.position(0); // cut to nothing, as where one file is all that is kept
            }
            int got = channel.read(into);
            if (got > 0) {
                return got;
            }
            if (pending.isEmpty() && !findNext(current)) {
                return 0;
            }
            // It was renamed before we saw its end, so now its end is final.
            got = channel.read(into);
            if (got > 0) {
                return got;
            }
            channel.close();
            current = null;
        }
    }

    // Queues the files that are younger than this one; false while it is the current one.
    private boolean findNext(OpenFile file) throws IOException {
        Object now = key(0);
        if (now == null || now.equals(file.key())) {
            return false;
        }
        for (int i = 0; i <= ROTATED_MAX; i++) {
            OpenFile younger = openFile(i);
            if (younger == null) {
                if (i == 0) {
                    continue;
                }
                break;
            }
            if (younger.key().equals(file.key())) {
                younger.channel().close();
                break;
            }
            if (pending.stream().anyMatch(p -> p.key().equals(younger.key()))) {
                younger.channel().close();
            } else {
                pending.addFirst(younger);
            }
        }
        return !pending.isEmpty();
    }

    @Override
    public void close() throws IOException {
        for (OpenFile file : pending) {
            file.channel().close();
        }
        pending.clear();
        if (current != null) {
            current.channel().close();
            current = null;
        }
    }
}
