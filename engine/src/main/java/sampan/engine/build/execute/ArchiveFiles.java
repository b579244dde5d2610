package sampan.engine.build.execute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import sampan.engine.build.context.ReadingChannel;
import sampan.engine.build.context.Tree;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.oci.tar.Compression;
import sampan.oci.tar.TarReader;

/// Files that are archives: what ADD unpacks.
final class ArchiveFiles {
    private static final int HEAD_BYTES = 512;

    private ArchiveFiles() {}

    /// Whether the file is a tar archive, plain or compressed; told by its content, not its name.
    static boolean isArchive(Tree tree, String path) {
        if (tree.stat(path).filter(Stat::isRegular).isEmpty()) {
            return false;
        }
        try (Fd file = tree.open(path)) {
            byte[] head = FileIo.readPrefix(file, HEAD_BYTES);
            return isArchive(head, () -> Compression.open(new ReadingChannel(tree.open(path))));
        }
    }

    /// Opens the plain bytes of what may be an archive.
    interface Opening {
        ReadableByteChannel open() throws IOException;
    }

    static boolean isArchive(byte[] head, Opening opening) {
        if (Compression.detect(head) == Compression.NONE) {
            return TarReader.startsArchive(head);
        }
        ByteBuffer plain = ByteBuffer.allocate(HEAD_BYTES);
        try (ReadableByteChannel channel = opening.open()) {
            while (plain.hasRemaining() && channel.read(plain) >= 0) {
                // a source may give a byte at a time
            }
        } catch (IOException e) {
            return false; // compressed, but damaged or no archive: copied as it is
        }
        return TarReader.startsArchive(Arrays.copyOf(plain.array(), plain.position()));
    }

    static ReadableByteChannel open(Tree tree, String path) {
        Fd file = tree.open(path);
        if (!FileOps.stat(file).isRegular()) {
            file.close();
            throw SampanException.invalid(path + " is not a file");
        }
        return Compression.open(new ReadingChannel(file));
    }
}
