package sampan.buildkit.session;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import sampan.linux.files.DirEntry;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// The content of a tree, file by file.
public final class TreeSums {
    private static final int PIECE_BYTES = 256 << 10;

    private TreeSums() {}

    /// SHA-256 of every plain file by its path, in hexadecimal digits.
    ///
    /// @param root read-only, the caller's
    public static SortedMap<String, String> of(Fd root) {
        SortedMap<String, String> found = new TreeMap<>();
        Deque<String> directories = new ArrayDeque<>(List.of("."));
        while (!directories.isEmpty()) {
            String path = directories.pop();
            for (String name : names(root, path)) {
                String below = path.equals(".") ? name : path + "/" + name;
                try (Fd at = FileOps.openInRoot(root, below, Open.PATH | Open.NOFOLLOW, 0)) {
                    Stat stat = FileOps.stat(at);
                    if (stat.isDirectory()) {
                        directories.push(below);
                    } else if (stat.isRegular()) {
                        found.put(below, sum(root, below));
                    }
                }
            }
        }
        return found;
    }

    private static List<String> names(Fd root, String path) {
        int flags = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
        try (Fd directory = FileOps.openInRoot(root, path, flags, 0)) {
            return FileOps.readDir(directory, Integer.MAX_VALUE).stream()
                    .map(DirEntry::name)
                    .toList();
        }
    }

    private static String sum(Fd root, String path) {
        int flags = Open.RDONLY | Open.NOFOLLOW | Open.NONBLOCK | Open.NOCTTY;
        try (Fd file = FileOps.openInRoot(root, path, flags, 0)) {
            MessageDigest sum = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[PIECE_BYTES];
            for (int got = FileIo.read(file, piece); got > 0; got = FileIo.read(file, piece)) {
                sum.update(piece, 0, got);
            }
            return HexFormat.of().formatHex(sum.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
