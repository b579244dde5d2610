package sampan.runtime.compile;

import java.util.Optional;
import java.util.OptionalInt;

/// What the compiler asks about the container's root before it is mounted. Paths are absolute in
/// the container; implementations must not follow links out of the root.
public interface RootView {
    /// The text of a small file such as /etc/passwd, cut at [UserDatabase#FILE_BYTES_MAX]; empty
    /// when there is none.
    Optional<String> text(String path);

    /// The permission bits of a directory; empty when there is none.
    OptionalInt directoryMode(String path);

    /// Nothing is known.
    RootView NONE =
            new RootView() {
                @Override
                public Optional<String> text(String path) {
                    return Optional.empty();
                }

                @Override
                public OptionalInt directoryMode(String path) {
                    return OptionalInt.empty();
                }
            };
}
