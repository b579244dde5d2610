package sampan.buildkit.session;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Sends results of a build to the client: one stream, or a tree of files.
public final class FileSend {
    private static final String METHOD = "moby.filesync.v1.FileSend/DiffCopy";
    private static final int PIECE_BYTES = 32 << 10;
    private static final int DIRECTORY = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
    private static final int FILE = Open.RDONLY | Open.NOFOLLOW | Open.NONBLOCK | Open.NOCTTY;

    private static final byte[] NOTHING = {};

    private FileSend() {}

    /// Which of the build's outputs it is, and what the client is told with it.
    public record Target(int exporter, Map<String, String> metadata) {
        private Map<String, List<String>> headers() {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            headers.put("buildkit-attachable-exporter-id", List.of(Integer.toString(exporter)));
            metadata.forEach((name, value) -> headers.put("exporter-md-" + name, List.of(value)));
            return headers;
        }
    }

    /// Writes a stream.
    public interface Content {
        void write(OutputStream out) throws IOException;
    }

    public static void stream(Session session, Target target, Content content) {
        BlockingClientCall<byte[], byte[]> call = session.open(METHOD, target.headers());
        try (OutputStream out = new Pieces(call)) {
            content.write(out);
            out.flush();
            call.halfClose();
            for (byte @Nullable [] next = call.read(); next != null; next = call.read()) {
                // the client has nothing to say but that it is done
            }
        } catch (StatusException e) {
            throw Session.failed(METHOD, e);
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "sending the result: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw cancelled(e);
        } finally {
            call.cancel("done", null);
        }
    }

    private static SampanException cancelled(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
    }

    /// A stream that becomes messages.
    private static final class Pieces extends OutputStream {
        private final BlockingClientCall<byte[], byte[]> call;
        private final byte[] piece = new byte[PIECE_BYTES];
        private int filled;

        Pieces(BlockingClientCall<byte[], byte[]> call) {
            this.call = call;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                int part = Math.min(length - done, PIECE_BYTES - filled);
                System.arraycopy(bytes, offset + done, piece, filled, part);
                filled += part;
                done += part;
                if (filled == PIECE_BYTES) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            if (filled == 0) {
                return;
            }
            try {
                boolean open =
                        call.write(new Message().bytes(1, Arrays.copyOf(piece, filled)).bytes());
                if (!open) {
                    throw new IOException("the client takes no more");
                }
                filled = 0;
            } catch (StatusException e) {
                throw new IOException(Session.failed(METHOD, e).getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("the build was cancelled", e);
            }
        }
    }

    /// Files that are sent.
    ///
    /// @param root read-only, the caller's
    /// @param added files at its top that are not below the root, by their names
    public record Tree(Fd root, Map<String, byte[]> added) {}

    /// Sends trees of files.
    ///
    /// @param trees by the directory that each comes into, a plain name, or empty for a single one
    public static void trees(Session session, Target target, SortedMap<String, Tree> trees) {
        BlockingClientCall<byte[], byte[]> call = session.open(METHOD, target.headers());
        try {
            Map<Long, Sent> files = new HashMap<>();
            long id = 0;
            for (Map.Entry<String, Tree> tree : trees.entrySet()) {
                id = describe(call, tree.getKey(), tree.getValue(), id, files);
            }
            call.write(Packet.endOfStats());
            serve(call, files);
        } catch (StatusException e) {
            throw Session.failed(METHOD, e);
        } catch (InterruptedException e) {
            throw cancelled(e);
        } finally {
            call.cancel("done", null);
        }
    }

    private record Sent(Tree tree, String path) {}

    /// @param id of the first description
    /// @return id of the next
    private static long describe(
            BlockingClientCall<byte[], byte[]> call,
            String directory,
            Tree tree,
            long id,
            Map<Long, Sent> files)
            throws InterruptedException, StatusException {
        long next = id;
        Map<List<Long>, String> linked = new HashMap<>();
        Fd root = tree.root();
        TreeSet<String> top = new TreeSet<>(below(root, ""));
        top.addAll(tree.added().keySet());
        Deque<String> ahead = new ArrayDeque<>(top);
        if (!directory.isEmpty()) {
            call.write(Packet.stat(FileStat.directory(directory)));
            next++;
        }
        while (!ahead.isEmpty()) {
            String path = ahead.pop();
            byte[] added = tree.added().getOrDefault(path, NOTHING);
            if (added.length > 0) {
                call.write(Packet.stat(FileStat.file(path, added.length).below(directory)));
                files.put(next, new Sent(tree, path));
                next++;
                continue;
            }
            try (Fd at = FileOps.openInRoot(root, path, Open.PATH | Open.NOFOLLOW, 0)) {
                Stat stat = FileOps.stat(at);
                if (stat.type() == FileType.SOCKET) {
                    continue;
                }
                FileStat described = stat(root, path, stat, linked).below(directory);
                call.write(Packet.stat(described));
                if (described.kind() == FileStat.Kind.FILE) {
                    files.put(next, new Sent(tree, path));
                }
                next++;
                if (stat.isDirectory()) {
                    below(root, path).reversed().forEach(ahead::push);
                }
            }
        }
        return next;
    }

    // The receiver wants paths in the order in which a walk meets them, names by their bytes.
    private static List<String> below(Fd root, String path) {
        try (Fd directory = FileOps.openInRoot(root, path.isEmpty() ? "." : path, DIRECTORY, 0)) {
            return FileOps.readDir(directory, Integer.MAX_VALUE).stream()
                    .map(DirEntry::name)
                    .sorted(Comparator.naturalOrder())
                    .map(name -> path.isEmpty() ? name : path + "/" + name)
                    .toList();
        }
    }

    private static FileStat stat(Fd root, String path, Stat stat, Map<List<Long>, String> linked) {
        String link = "";
        if (stat.isSymlink()) {
            int slash = path.lastIndexOf('/');
            String parent = slash < 0 ? "." : path.substring(0, slash);
            try (Fd directory = FileOps.openInRoot(root, parent, DIRECTORY, 0)) {
                link = FileOps.readlinkAt(directory, path.substring(slash + 1));
            }
        } else if (stat.isRegular() && stat.nlink() > 1) {
            String first = linked.putIfAbsent(List.of(stat.dev(), stat.ino()), path);
            link = first == null ? "" : first;
        }
        return new FileStat(
                path,
                FileStat.mode(stat.mode()),
                stat.isRegular() && link.isEmpty() ? stat.size() : 0,
                stat.mtimeSec() * 1_000_000_000L + stat.mtimeNsec(),
                link,
                0,
                0,
                Map.of());
    }

    private static void serve(BlockingClientCall<byte[], byte[]> call, Map<Long, Sent> files)
            throws InterruptedException, StatusException {
        for (byte @Nullable [] next = call.read(); next != null; next = call.read()) {
            Fields packet = Fields.of(next);
            switch (Packet.type(packet)) {
                case Packet.REQUEST -> send(call, packet.number(Packet.ID), files);
                case Packet.FIN -> {
                    call.write(Packet.fin());
                    call.halfClose();
                }
                default ->
                        throw SampanException.invalid(
                                "error from receiver: " + packet.text(Packet.BYTES));
            }
        }
    }

    private static void send(
            BlockingClientCall<byte[], byte[]> call, long id, Map<Long, Sent> files)
            throws InterruptedException, StatusException {
        Sent sent = files.get(id);
        if (sent == null) {
            throw SampanException.invalid("the client asked for file " + id + ", which is none");
        }
        byte[] piece = new byte[PIECE_BYTES];
        byte[] added = sent.tree().added().getOrDefault(sent.path(), NOTHING);
        if (added.length > 0) {
            for (int at = 0; at < added.length; at += PIECE_BYTES) {
                int end = Math.min(added.length, at + PIECE_BYTES);
                call.write(Packet.data(id, Arrays.copyOfRange(added, at, end)));
            }
            call.write(Packet.data(id, NOTHING));
            return;
        }
        try (Fd file = FileOps.openInRoot(sent.tree().root(), sent.path(), FILE, 0)) {
            for (int got = FileIo.read(file, piece); got > 0; got = FileIo.read(file, piece)) {
                call.write(Packet.data(id, Arrays.copyOf(piece, got)));
            }
        }
        call.write(Packet.data(id, new byte[0]));
    }
}
