package sampan.engine.build.context;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import sampan.engine.trees.Whiteouts;
import sampan.errors.SampanException;
import sampan.linux.files.Device;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarReader;
import sampan.oci.tar.TarWriter;

/// Writes the layer that a COPY, ADD or WORKDIR makes: what is new, and the directories it is in as
/// the layers below have them. Links below are followed as the kernel would. For one layer, on one
/// thread.
public final class LayerWriter {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int DIRECTORY_MODE = 0755;

    private final TarWriter tar;
    private final Tree lower;
    private final Attributes attributes;
    private final Map<String, String> resolved = new HashMap<>();
    private final Set<String> written = new HashSet<>();
    private final Map<List<Long>, String> linked = new HashMap<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /// Of what is written.
    ///
    /// @param keepOwners copied files belong to whom they belonged, not to uid and gid
    /// @param mode what permissions become; absent: as they are
    /// @param time of directories that are made, in seconds
    /// @param newest later times are cut to this one (SOURCE_DATE_EPOCH)
    public record Attributes(
            int uid,
            int gid,
            boolean keepOwners,
            Optional<FileMode> mode,
            long time,
            OptionalLong newest) {}

    public LayerWriter(TarWriter tar, Tree lower, Attributes attributes) {
        this.tar = tar;
        this.lower = lower;
        this.attributes = attributes;
    }

    private static String join(String directory, String name) {
        if (directory.isEmpty() || name.isEmpty()) {
            return directory + name;
        }
        return directory + "/" + name;
    }

    /// Makes the directory and those above it where they are not there.
    ///
    /// @param path below the root
    public void directory(String path) {
        enter(path);
    }

    /// The path's real place; its directories are in the archive then.
    private String enter(String path) {
        String known = resolved.get(path);
        if (known != null) {
            return known;
        }
        String real;
        if (path.isEmpty()) {
            real = "";
        } else {
            int slash = path.lastIndexOf('/');
            String parent = enter(slash < 0 ? "" : path.substring(0, slash));
            real = lower.real(join(parent, path.substring(slash + 1)));
            int last = real.lastIndexOf('/');
            if (last > 0 && !written.contains(real.substring(0, last))) {
                enter(real.substring(0, last));
            }
            place(real);
        }
        resolved.put(path, real);
        return real;
    }

    private void place(String real) {
        if (real.isEmpty() || !written.add(real)) {
            return;
        }
        Optional<Stat> there = lower.stat(real);
        if (there.isPresent() && !there.get().isDirectory()) {
            throw SampanException.invalid(
                    "cannot copy to directory /" + real + ": it is a file there");
        }
        if (there.isPresent()) {
            Stat stat = there.get();
            begin(real, TarEntry.Type.DIRECTORY, "", stat, Map.of(), false);
        } else {
            tar.begin(
                    new TarEntry(
                            real,
                            TarEntry.Type.DIRECTORY,
                            "",
                            DIRECTORY_MODE,
                            attributes.uid(),
                            attributes.gid(),
                            0,
                            cut(attributes.time()),
                            0,
                            0,
                            0,
                            Map.of()));
        }
        tar.end();
    }

    private long cut(long seconds) {
        return attributes.newest().isPresent()
                ? Math.min(seconds, attributes.newest().getAsLong())
                : seconds;
    }

    /// Writes chosen files.
    ///
    /// @param destination below the root; a file whose target is empty gets this very path
    public void copy(Tree source, List<Picked> picked, String destination) {
        for (Picked one : picked) {
            String path = join(destination, one.target());
            if (one.stat().isDirectory()) {
                copyDirectory(path, one);
            } else {
                int slash = path.lastIndexOf('/');
                String parent = enter(slash < 0 ? "" : path.substring(0, slash));
                copyFile(source, one, join(parent, path.substring(slash + 1)));
            }
        }
    }

    private void copyDirectory(String path, Picked one) {
        String real = lower.real(path);
        if (lower.stat(real).filter(Stat::isDirectory).isPresent() || written.contains(real)) {
            enter(path);
            return;
        }
        int slash = path.lastIndexOf('/');
        String parent = path.isEmpty() ? "" : enter(slash < 0 ? "" : path.substring(0, slash));
        String place = join(parent, path.substring(slash + 1));
        if (written.add(place)) {
            begin(place, TarEntry.Type.DIRECTORY, "", one.stat(), Map.of(), true);
            tar.end();
        }
        resolved.put(path, place);
    }

    private void copyFile(Tree source, Picked one, String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.startsWith(Whiteouts.PREFIX)) {
            throw SampanException.invalid(
                    "file "
                            + one.path()
                            + " cannot be in a layer: names that begin with "
                            + Whiteouts.PREFIX
                            + " mean removals");
        }
        Stat stat = one.stat();
        switch (stat.type()) {
            case REGULAR -> regular(source, one, path);
            case SYMLINK -> {
                String target = source.linkTarget(one.path());
                begin(path, TarEntry.Type.SYMLINK, target, stat, Map.of(), true);
                tar.end();
            }
            case CHARACTER_DEVICE -> node(path, TarEntry.Type.CHARACTER_DEVICE, stat);
            case BLOCK_DEVICE -> node(path, TarEntry.Type.BLOCK_DEVICE, stat);
            case FIFO -> node(path, TarEntry.Type.FIFO, stat);
            case SOCKET, DIRECTORY -> {
                // a socket means nothing without its listener
            }
        }
    }

    private void node(String path, TarEntry.Type type, Stat stat) {
        begin(path, type, "", stat, Map.of(), true);
        tar.end();
    }

    private void regular(Tree source, Picked one, String path) {
        try (Fd file = source.open(one.path())) {
            Stat stat = FileOps.stat(file);
            if (stat.nlink() > 1) {
                String first = linked.putIfAbsent(List.of(stat.dev(), stat.ino()), path);
                if (first != null && !first.equals(path)) {
                    begin(path, TarEntry.Type.HARD_LINK, first, stat, Map.of(), true);
                    tar.end();
                    return;
                }
            }
            Map<String, byte[]> kept = new LinkedHashMap<>();
            FileOps.getXattr(file, "", "security.capability")
                    .ifPresent(value -> kept.put("security.capability", value));
            begin(path, TarEntry.Type.FILE, "", stat, kept, true);
            int got = 1;
            while (tar.remaining() > 0 && got > 0) {
                int want = (int) Math.min(buffer.length, tar.remaining());
                got = FileIo.read(file, buffer, 0, want);
                if (got > 0) {
                    tar.write(buffer, 0, got);
                }
            }
            tar.end();
        }
    }

    private void begin(
            String path,
            TarEntry.Type type,
            String link,
            Stat stat,
            Map<String, byte[]> xattrs,
            boolean ours) {
        boolean given = ours && !attributes.keepOwners();
        boolean changes = ours && type != TarEntry.Type.SYMLINK;
        int mode =
                changes
                        ? attributes
                                .mode()
                                .map(m -> m.apply(stat.permissions(), stat.isDirectory()))
                                .orElse(stat.permissions())
                        : stat.permissions();
        boolean device =
                type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
        tar.begin(
                new TarEntry(
                        path,
                        type,
                        link,
                        mode,
                        given ? attributes.uid() : stat.uid(),
                        given ? attributes.gid() : stat.gid(),
                        type == TarEntry.Type.FILE ? stat.size() : 0,
                        cut(stat.mtimeSec()),
                        cut(stat.mtimeSec()) == stat.mtimeSec() ? stat.mtimeNsec() : 0,
                        device ? Device.major(stat.rdev()) : 0,
                        device ? Device.minor(stat.rdev()) : 0,
                        xattrs));
    }

    /// Writes a file of our own making.
    ///
    /// @param path below the root
    public void file(String path, byte[] content, int mode, long time) {
        try {
            file(path, new ByteArrayInputStream(content), content.length, mode, time);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes what a stream gives.
    ///
    /// @param path below the root
    public void file(String path, InputStream content, long size, int mode, long time)
            throws IOException {
        int slash = path.lastIndexOf('/');
        String parent = enter(slash < 0 ? "" : path.substring(0, slash));
        int permissions = attributes.mode().map(m -> m.apply(mode, false)).orElse(mode);
        tar.begin(
                new TarEntry(
                        join(parent, path.substring(slash + 1)),
                        TarEntry.Type.FILE,
                        "",
                        permissions,
                        attributes.uid(),
                        attributes.gid(),
                        size,
                        cut(time),
                        0,
                        0,
                        0,
                        Map.of()));
        while (tar.remaining() > 0) {
            int got = content.read(buffer, 0, (int) Math.min(buffer.length, tar.remaining()));
            if (got < 0) {
                break;
            }
            tar.write(buffer, 0, got);
        }
        tar.end();
    }

    /// Writes what an archive holds, below a directory; owners are as the archive says unless
    /// `owned`.
    public void unpack(TarReader archive, String destination, boolean owned) {
        new Rebasing(this, archive, destination, owned).run();
    }

    /// For [Rebasing].
    String enterParent(String path) {
        int slash = path.lastIndexOf('/');
        return join(enter(slash < 0 ? "" : path.substring(0, slash)), path.substring(slash + 1));
    }

    String enterDirectory(String path) {
        return enter(path);
    }

    boolean isDirectoryBelow(String path) {
        return lower.statFollowing(path).filter(Stat::isDirectory).isPresent();
    }

    TarWriter tar() {
        return tar;
    }

    Attributes attributes() {
        return attributes;
    }

    void markWritten(String path, String place) {
        written.add(place);
        resolved.put(path, place);
    }
}
