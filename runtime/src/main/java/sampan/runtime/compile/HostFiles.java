package sampan.runtime.compile;

import java.nio.file.Files;
import java.nio.file.Path;

/// What the compiler asks about paths of the host.
public interface HostFiles {
    /// Whether a bind mount of it needs a directory as its target. A path that does not exist is
    /// none; the launch will fail on it with its name.
    boolean isDirectory(String path);

    /// Whether it exists at all.
    boolean exists(String path);

    /// The host as this process sees it.
    HostFiles SYSTEM =
            new HostFiles() {
                @Override
                public boolean isDirectory(String path) {
                    return Files.isDirectory(Path.of(path));
                }

                @Override
                public boolean exists(String path) {
                    return Files.exists(Path.of(path));
                }
            };
}
