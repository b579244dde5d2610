package sampan.api;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The listening unix socket of the API: mode 0660, owned by the group that may use it. It is bound
/// under a name of its own and renamed once mode and group are right, so that nobody connects
/// before. The path is removed at close, if it still is this socket's.
final class ApiSocket implements AutoCloseable {
    private static final int BACKLOG = 1024;

    /// sun_path of unix(7) without its final NUL, less the suffix of the name at first.
    private static final int PATH_BYTES_MAX = 103;

    private final Path path;
    private final ServerSocketChannel channel;
    private final Object identity;

    private ApiSocket(Path path, ServerSocketChannel channel, Object identity) {
        this.path = path;
        this.channel = channel;
        this.identity = identity;
    }

    /// @param groups the first that exists on this machine owns the socket; none: it stays with
    ///   ours
    static ApiSocket bind(Path path, List<String> groups) {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
            throw SampanException.invalid(
                    "socket path " + path + " is longer than " + PATH_BYTES_MAX + " bytes");
        }
        refuseIfServed(path);
        Path first = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.deleteIfExists(first);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(first), BACKLOG);
                Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rw-rw----"));
                Optional<GroupPrincipal> group = firstKnown(first, groups);
                if (group.isPresent()) {
                    Files.getFileAttributeView(first, PosixFileAttributeView.class)
                            .setGroup(group.get());
                }
                Object identity = identity(first);
                Files.move(first, path, StandardCopyOption.ATOMIC_MOVE);
                return new ApiSocket(path, channel, identity);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "cannot listen on " + path + ": " + e.getMessage(), e);
        }
    }

    /// A socket that answers belongs to somebody; one that does not is left over and makes way. Any
    /// other kind of file stays.
    private static void refuseIfServed(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
            throw SampanException.conflict(
                    "socket "
                            + path
                            + " is served by another daemon: stop it, or use another path");
        } catch (IOException e) {
            boolean other =
                    Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                            || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                            || Files.isSymbolicLink(path);
            if (other) {
                throw SampanException.conflict(path + " exists and is no socket");
            }
        }
    }

    private static Optional<GroupPrincipal> firstKnown(Path path, List<String> groups)
            throws IOException {
        for (String group : groups) {
            try {
                return Optional.of(
                        path.getFileSystem()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByGroupName(group));
            } catch (UserPrincipalNotFoundException e) {
                // The next one, perhaps.
            }
        }
        return Optional.empty();
    }

    private static Object identity(Path path) throws IOException {
        Object key =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey();
        if (key == null) {
            throw new FileSystemException(path.toString(), null, "file has no identity");
        }
        return key;
    }

    ServerSocketChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        try {
            channel.close();
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity(path).equals(identity)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // A path that is left over makes way for the next daemon.
        }
    }
}
