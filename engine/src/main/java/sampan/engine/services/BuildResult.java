package sampan.engine.services;

import java.io.OutputStream;
import java.util.List;
import sampan.linux.sys.Fd;

/// What was built, while it is kept.
public interface BuildResult {
    /// `sha256:…`
    String id();

    /// The files, read-only and mounted nowhere; closed when the look is over.
    Fd root();

    /// Writes the image as `docker save` does; the stream stays the caller's.
    ///
    /// @param names it gets in the archive
    void archive(List<String> names, OutputStream out);
}
