package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import sampan.engine.snapshots.RootMount;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.linux.users.User;
import sampan.linux.users.UserDatabase;
import sampan.runtime.compile.RootView;

/// A container's root filesystem before it is mounted, for reading. Its layers are stacked in a
/// mount that is attached nowhere, made when something is asked for the first time; one layer alone
/// needs none. Links are resolved inside of it. For one thread; whoever made it closes it.
final class RootReading implements RootView, AutoCloseable {
    private final List<String> layers;
    private @Nullable Fd root;
    private @Nullable UserDatabase users;
    private final List<Fd> kept = new ArrayList<>(0);

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

    /// Keeps a descriptor open as long as this object is.
    void keep(Fd fd) {
        kept.add(fd);
    }

    /// Its users and groups, read once.
    UserDatabase users() {
        UserDatabase read = users;
        if (read == null) {
            read = UserDatabase.inRoot(root());
            users = read;
        }
        return read;
    }

    @Override
    public Optional<String> home(long uid) {
        return uid > Integer.MAX_VALUE
                ? Optional.empty()
                : users().user((int) uid).map(User::home).filter(home -> !home.isEmpty());
    }

    @Override
    public OptionalInt directoryMode(String path) {
        return RootView.of(root()).directoryMode(path);
    }

    @Override
    public void close() {
        Fd open = root;
        if (open != null) {
            open.close();
        }
        kept.forEach(Fd::close);
    }
}
