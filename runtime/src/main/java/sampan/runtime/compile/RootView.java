package sampan.runtime.compile;

import java.util.Optional;
import java.util.OptionalInt;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.linux.users.User;
import sampan.linux.users.UserDatabase;

/// What the compiler asks about the container's root before it is mounted.
public interface RootView {
    /// Where a user's home is, by the container's passwd file; empty where it has no line.
    Optional<String> home(long uid);

    /// The permission bits of a directory; empty where there is none.
    ///
    /// @param path absolute in the container; implementations do not follow links out of the root
    OptionalInt directoryMode(String path);

    /// Nothing is known.
    RootView NONE =
            new RootView() {
                @Override
                public Optional<String> home(long uid) {
                    return Optional.empty();
                }

                @Override
                public OptionalInt directoryMode(String path) {
                    return OptionalInt.empty();
                }
            };

    /// A root that is there, as a directory: a bundle's, or `/proc/PID/root` of a running process.
    /// The descriptor stays the caller's, open as long as the view is used.
    static RootView of(Fd root) {
        return new RootView() {
            @Override
            public Optional<String> home(long uid) {
                return uid > Integer.MAX_VALUE
                        ? Optional.empty()
                        : UserDatabase.inRoot(root)
                                .user((int) uid)
                                .map(User::home)
                                .filter(home -> !home.isEmpty());
            }

            @Override
            public OptionalInt directoryMode(String path) {
                try (Fd directory = FileOps.openInRoot(root, path, Open.PATH | Open.DIRECTORY, 0)) {
                    return OptionalInt.of(FileOps.stat(directory).permissions());
                } catch (SampanException e) {
                    return OptionalInt.empty();
                }
            }
        };
    }
}
