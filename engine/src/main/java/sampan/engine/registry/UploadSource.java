package sampan.engine.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;

/// Gives a blob's bytes; may be opened again when an upload goes on.
public interface UploadSource {
    FileChannel open() throws IOException;
}
