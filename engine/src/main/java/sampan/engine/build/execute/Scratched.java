package sampan.engine.build.execute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sampan.engine.store.Directories;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// A directory for one step, open; it goes with all that was put there.
final class Scratched implements AutoCloseable {
    // Of a directory that is copied whole.
    private static final int MODE = 0755;

    private final Path path;
    private final Fd root;

    Scratched(Path parent) {
        try {
            this.path = Files.createTempDirectory(parent, "step-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.root = Fd.open(path.toString(), Open.PATH | Open.DIRECTORY);
        FileOps.fchmodAt(root, "", MODE);
    }

    Path path() {
        return path;
    }

    Fd root() {
        return root;
    }

    @Override
    public void close() {
        root.close();
        Directories.removeTree(path);
    }
}
