package sampan.buildkit.session;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import sampan.buildkit.wire.Fields;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.Device;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.InRoot;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Brings files of the client to a directory of ours. The client is hostile: every path is opened
/// below the directory, what it may send is bounded, sizes count as they come and not as announced.
/// Used once, by one thread.
public final class FileFetch implements AutoCloseable {
    private static final String METHOD = "moby.filesync.v1.FileSync/DiffCopy";

    /// As of a context that comes as an archive.
    private static final long ENTRIES_MAX = 1_000_000;

    private static final long BYTES_MAX = 64L << 30;

    /// Files that were asked for and did not end: open here, and waiting there. More, and both
    /// sides could wait for each other's windows.
    private static final int ASKED_MAX = 64;

    private static final int CREATE =
            Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW | Open.NOCTTY | Open.CLOEXEC;

    private static final int AGAIN = Open.WRONLY | Open.NOFOLLOW | Open.NOCTTY | Open.CLOEXEC;

    private final Fd root;
    private final LongConsumer progress;
    private final BlockingClientCall<byte[], byte[]> call;
    private final Queue<Awaited> waiting = new ArrayDeque<>();
    private final Map<Long, Receiving> asked = new HashMap<>();
    private final List<FileStat> directories = new ArrayList<>();
    private long described;
    private long bytes;
    private boolean listed;

    private record Awaited(long id, FileStat stat) {}

    private record Receiving(FileStat stat, Fd file) {}

    /// What is to be brought.
    ///
    /// @param name of the tree, as the client knows it: `context`, `dockerfile`
    /// @param follow paths that are wanted, with where their links lead; empty for all
    /// @param exclude patterns that the client leaves out
    public record Wanted(String name, List<String> follow, List<String> exclude) {
        public Wanted {
            follow = List.copyOf(follow);
            exclude = List.copyOf(exclude);
        }
    }

    private FileFetch(Session session, Wanted wanted, Fd root, LongConsumer progress) {
        this.root = root;
        this.progress = progress;
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("dir-name", List.of(wanted.name()));
        headers.put("followpaths", wanted.follow());
        headers.put("exclude-patterns", wanted.exclude());
        this.call = session.open(METHOD, headers);
    }

    /// @param directory there and empty
    /// @param progress hears the bytes so far
    /// @return bytes that came
    public static long fetch(
            Session session, Wanted wanted, Path directory, LongConsumer progress) {
        try (Fd root = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY);
                FileFetch fetch = new FileFetch(session, wanted, root, progress)) {
            return fetch.run();
        } catch (StatusException e) {
            throw Session.failed(METHOD, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        }
    }

    private long run() throws InterruptedException, StatusException {
        while (!listed || !asked.isEmpty() || !waiting.isEmpty()) {
            packet(next());
            while (!waiting.isEmpty() && asked.size() < ASKED_MAX) {
                ask(waiting.remove());
            }
        }
        call.write(Packet.fin());
        for (byte @Nullable [] more = call.read(); more != null; more = call.read()) {
            Fields packet = Fields.of(more);
            if (Packet.type(packet) == Packet.FIN) {
                break;
            }
            packet(packet);
        }
        directories.reversed().forEach(this::setTimes);
        return bytes;
    }

    private Fields next() throws InterruptedException, StatusException {
        byte @Nullable [] message = call.read();
        if (message == null) {
            throw SampanException.invalid("the client ended before all its files had come");
        }
        return Fields.of(message);
    }

    private void packet(Fields packet) throws InterruptedException, StatusException {
        bytes += packet.bytes(Packet.BYTES).length;
        if (bytes > BYTES_MAX) {
            throw SampanException.invalid("the context has more than " + BYTES_MAX + " bytes");
        }
        switch (Packet.type(packet)) {
            case Packet.STAT -> stat(packet);
            case Packet.DATA -> data(packet.number(Packet.ID), packet.bytes(Packet.BYTES));
            case Packet.ERROR ->
                    throw SampanException.invalid(
                            "error from sender: "
                                    + new String(
                                            packet.bytes(Packet.BYTES), StandardCharsets.UTF_8));
            default ->
                    throw SampanException.invalid(
                            "the client sent a packet of type "
                                    + Packet.type(packet)
                                    + " where files were expected");
        }
    }

    private void stat(Fields packet) throws InterruptedException, StatusException {
        Optional<Fields> stat = packet.message(Packet.STAT_FIELD);
        if (stat.isPresent()) {
            described(FileStat.of(stat.get()));
        } else {
            listed = true;
        }
    }

    private void described(FileStat stat) throws InterruptedException, StatusException {
        long id = described++;
        if (described > ENTRIES_MAX || listed) {
            throw SampanException.invalid("the context has more than " + ENTRIES_MAX + " files");
        }
        try (InRoot.Place place = InRoot.parent(root, stat.path())) {
            if (stat.kind() != FileStat.Kind.FILE) {
                make(place, stat);
                return;
            }
            Fd file = FileOps.openAt(place.dir(), place.name(), CREATE, 0600);
            if (asked.size() < ASKED_MAX && waiting.isEmpty()) {
                ask(id, stat, file);
            } else {
                file.close();
                waiting.add(new Awaited(id, stat));
            }
        } catch (ErrnoException e) {
            throw refused(stat, e);
        }
    }

    private static SampanException refused(FileStat stat, ErrnoException e) {
        return new SampanException(
                ErrorCode.INVALID, stat.path() + ": cannot be made: " + e.getMessage(), e);
    }

    private void make(InRoot.Place place, FileStat stat) {
        Fd at = place.dir();
        String name = place.name();
        switch (stat.kind()) {
            case DIRECTORY -> {
                FileOps.mkdirAt(at, name, 0700);
                directories.add(stat);
            }
            case SYMLINK -> FileOps.symlinkAt(stat.linkName(), at, name);
            case HARD_LINK -> link(at, name, stat);
            case PIPE -> FileOps.mknodAt(at, name, FileType.FIFO.bits(), 0);
            case CHARACTER_DEVICE ->
                    FileOps.mknodAt(at, name, FileType.CHARACTER_DEVICE.bits(), device(stat));
            case BLOCK_DEVICE ->
                    FileOps.mknodAt(at, name, FileType.BLOCK_DEVICE.bits(), device(stat));
            case SOCKET, FILE -> {
                return; // a socket is nobody's without its process; a file is made when it comes
            }
        }
        if (stat.kind() != FileStat.Kind.HARD_LINK) {
            finish(at, name, stat);
        }
    }

    private void link(Fd at, String name, FileStat stat) {
        FileStat.check(stat.linkName());
        try (InRoot.Place first = InRoot.parent(root, stat.linkName())) {
            FileOps.linkAt(first.dir(), first.name(), at, name);
        }
    }

    private static long device(FileStat stat) {
        return Device.of(stat.major(), stat.minor());
    }

    private void ask(Awaited file) throws InterruptedException, StatusException {
        try (InRoot.Place place = InRoot.parent(root, file.stat().path())) {
            ask(file.id(), file.stat(), FileOps.openAt(place.dir(), place.name(), AGAIN));
        } catch (ErrnoException e) {
            throw refused(file.stat(), e);
        }
    }

    private void ask(long id, FileStat stat, Fd file) throws InterruptedException, StatusException {
        asked.put(id, new Receiving(stat, file));
        call.write(Packet.request(id));
    }

    private void data(long id, byte[] piece) {
        Receiving file = asked.get(id);
        if (file == null) {
            throw SampanException.invalid("the client sent a file that was not asked for");
        }
        if (piece.length > 0) {
            FileIo.writeFully(file.file(), piece);
            progress.accept(bytes);
            return;
        }
        asked.remove(id);
        try (Fd open = file.file()) {
            finish(open, "", file.stat());
        }
    }

    private static void finish(Fd at, String name, FileStat stat) {
        if (stat.kind() != FileStat.Kind.SYMLINK) {
            FileOps.fchmodAt(at, name, stat.permissions());
            stat.xattrs().forEach((n, value) -> FileOps.setXattr(at, name, n, value));
        }
        times(at, name, stat);
    }

    private static void times(Fd at, String name, FileStat stat) {
        long seconds = Math.floorDiv(stat.mtimeNanos(), 1_000_000_000L);
        long nanos = Math.floorMod(stat.mtimeNanos(), 1_000_000_000L);
        FileOps.utimensAt(at, name, seconds, nanos, seconds, nanos);
    }

    // Each file that is made in a directory changes its time: the innermost go first.
    private void setTimes(FileStat directory) {
        try (InRoot.Place place = InRoot.parent(root, directory.path())) {
            times(place.dir(), place.name(), directory);
        }
    }

    @Override
    public void close() {
        call.cancel("done", null);
        asked.values().forEach(file -> file.file().close());
        asked.clear();
    }
}
