package sampan.engine.services;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a build's Dockerfile and files come from.
public sealed interface BuildSource {
    /// One stream that has all.
    ///
    /// @param context an archive (plain or gzip), or a Dockerfile alone
    /// @param dockerfile its path in the archive
    /// @param text the Dockerfile itself, where it is not taken from the archive
    record Archive(InputStream context, String dockerfile, Optional<String> text)
            implements BuildSource {}

    /// Files that are fetched when the first step looks at them.
    ///
    /// @param named what `FROM` and `--from` may name beside stages and images
    record Fetched(String text, Files files, Map<String, Named> named) implements BuildSource {
        public Fetched {
            named = Map.copyOf(named);
        }
    }

    /// Files that the engine itself fetches before anything else.
    ///
    /// @param address of a repository, an archive or a Dockerfile
    /// @param dockerfile its path there; empty: the usual one
    /// @param text the Dockerfile itself, where it is not taken from there
    record Remote(
            String address, String dockerfile, Optional<String> text, Map<String, Named> named)
            implements BuildSource {
        public Remote {
            named = Map.copyOf(named);
        }
    }

    /// What `FROM` and `--from` may name beside stages and images.
    default Map<String, Named> names() {
        return switch (this) {
            case Archive _ -> Map.of();
            case Fetched fetched -> fetched.named();
            case Remote remote -> remote.named();
        };
    }

    /// A tree of files that is somewhere else.
    interface Files {
        /// Brings them; called by the thread of a step that needs them.
        ///
        /// @param directory there and empty
        /// @param paths that are wanted, with wildcards; empty: all
        void fetch(Path directory, List<String> paths);
    }

    /// What a name stands for.
    sealed interface Named {
        record Image(String reference) implements Named {}

        record Tree(Files files) implements Named {}

        /// A repository or an archive that the engine itself fetches.
        record Remote(String address) implements Named {}
    }
}
