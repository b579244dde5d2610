package sampan.engine.build.context;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.oci.Digest;

/// Digests of what is copied: types, permissions, names, contents, links and capabilities; not
/// times, and not owners where a copy has its own.
public final class FileSums {
    private static final int BUFFER_BYTES = 256 << 10;

    /// Files whose own digests are kept, so that a changed one can be named.
    public static final int NAMED_MAX = 512;

    private FileSums() {}

    /// @param whole of all together
    /// @param files by target, the first [#NAMED_MAX]
    public record Sums(Digest whole, Map<String, String> files) {
        public Sums {
            files = Map.copyOf(files);
        }
    }

    /// @param owners count too: they are kept
    public static Sums of(Tree tree, List<Picked> picked, boolean owners) {
        MessageDigest whole = Digest.newSha256();
        Map<String, String> files = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            for (Picked one : picked) {
                byte[] sum = one(tree, one, buffer);
                update(whole, one.target());
                if (owners) {
                    update(whole, one.stat().uid() + ":" + one.stat().gid());
                }
                whole.update(sum);
                if (files.size() < NAMED_MAX && !one.stat().isDirectory()) {
                    files.put(one.path(), Digest.sha256(sum).hex().substring(0, 16));
                }
            }
        }
        return new Sums(Digest.sha256(whole.digest()), files);
    }

    private static byte[] one(Tree tree, Picked picked, MemorySegment buffer) {
        MessageDigest sum = Digest.newSha256();
        Stat stat = picked.stat();
        update(sum, stat.type().name());
        switch (stat.type()) {
            case REGULAR -> {
                update(sum, Integer.toOctalString(stat.permissions()));
                try (Fd file = tree.open(picked.path())) {
                    content(sum, file, buffer);
                    Optional<byte[]> capability = FileOps.getXattr(file, "", "security.capability");
                    capability.ifPresent(sum::update);
                }
            }
            case SYMLINK -> update(sum, tree.linkTarget(picked.path()));
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                    update(sum, stat.permissions() + " " + stat.rdev());
            case DIRECTORY, FIFO, SOCKET -> update(sum, Integer.toOctalString(stat.permissions()));
        }
        return sum.digest();
    }

    private static void content(MessageDigest sum, Fd file, MemorySegment buffer) {
        while (true) {
            int got = FileIo.read(file, buffer);
            if (got <= 0) {
                return;
            }
            sum.update(buffer.asSlice(0, got).asByteBuffer());
        }
    }

    private static void update(MessageDigest sum, String text) {
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        sum.update((byte) 0);
    }
}
