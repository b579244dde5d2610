package sampan.engine.tasks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import sampan.engine.snapshots.RootMount;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.runtime.compile.RootView;
import sampan.runtime.compile.UserDatabase;

/// A container's root filesystem before it is mounted, for reading. Its layers are stacked in a
/// mount that is attached nowhere, made when something is asked for the first time; one layer alone
/// needs none. Links are resolved inside of it. For one thread; whoever made it closes it.
final class RootReading implements RootView, AutoCloseable {
    private final List<String> layers;
    private @Nullable Fd root;

    /// What was written into the container counts as well.
    RootReading(RootMount mount) {
        List<String> all = new ArrayList<>();
        mount.upper().filter(RootReading::hasEntries).ifPresent(all::add);
        all.addAll(mount.lowers());
        this.layers = List.copyOf(all);
    }

    // An upper directory that was never written to needs no stacking.
    private static boolean hasEntries(String directory) {
        try (Fd fd = Fd.open(directory, Open.RDONLY | Open.DIRECTORY)) {
            return !FileOps.readDir(fd).isEmpty();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /// The root directory; stays this object's.
    Fd root() {
        Fd open = root;
        if (open == null) {
            open =
                    layers.size() == 1
                            ? Fd.open(layers.getFirst(), Open.PATH | Open.DIRECTORY)
                            : Overlay.detached(layers, Optional.empty(), Optional.empty());
            root = open;
        }
        return open;
    }

    @Override
    public Optional<String> text(String path) {
        // Not blocking: the image may have put a fifo there.
        int flags = Open.RDONLY | Open.NONBLOCK | Open.NOCTTY;
        try (Fd file = FileOps.openInRoot(root(), path, flags, 0)) {
            if (!FileOps.stat(file).isRegular()) {
                return Optional.empty();
            }
            byte[] bytes = FileIo.readPrefix(file, UserDatabase.FILE_BYTES_MAX);
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (ErrnoException e) {
            if (absent(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public OptionalInt directoryMode(String path) {
        try (Fd file = FileOps.openInRoot(root(), path, Open.PATH, 0)) {
            Stat stat = FileOps.stat(file);
            return stat.isDirectory() ? OptionalInt.of(stat.permissions()) : OptionalInt.empty();
        } catch (ErrnoException e) {
            if (absent(e)) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private static boolean absent(ErrnoException e) {
        return e.errno() == Errno.ENOENT
                || e.errno() == Errno.ENOTDIR
                || e.errno() == Errno.ELOOP
                || e.errno() == Errno.ENXIO;
    }

    @Override
    public void close() {
        Fd open = root;
        if (open != null) {
            open.close();
        }
    }
}
