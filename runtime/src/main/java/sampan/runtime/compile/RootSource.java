package sampan.runtime.compile;

import java.util.List;

/// Where the root filesystem comes from.
public sealed interface RootSource {
    /// A directory of the host, with what is mounted below it.
    ///
    /// @param path absolute
    record Directory(String path) implements RootSource {}

    /// An overlay, mounted in the container's own mount namespace.
    ///
    /// @param lowers absolute paths, topmost first; at least one
    /// @param upper absolute; empty: read-only, without an upper layer
    /// @param work absolute; empty as `upper`
    /// @param options further options of overlayfs as `key` or `key=value`: `volatile`,
    ///   `index=off`, `metacopy=on`, `userxattr`
    record Overlay(List<String> lowers, String upper, String work, List<String> options)
            implements RootSource {
        public Overlay {
            lowers = List.copyOf(lowers);
            options = List.copyOf(options);
            if (lowers.isEmpty()) {
                throw new IllegalArgumentException("overlay without a lower layer");
            }
        }
    }
}
