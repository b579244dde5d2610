package sampan.linux.seccomp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/// Compiled programs in a directory that only the daemon can write, so that the next daemon does
/// not compile again: loading libseccomp and compiling takes a fresh virtual machine 100 ms and
/// more. It should lie where a restart of the machine clears it.
///
/// A file is named by the SHA-256 of all that the program follows from: the profile and which
/// libseccomp is installed. Its content ends with its own SHA-256; whatever does not fit is as if
/// it were not there. Failures to write are no failures: the program is compiled again next time.
final class KeptPrograms {
    private static final String HASH = "SHA-256";
    private static final int HASH_BYTES = 32;
    private static final int CODE_MAX = 4096 * SeccompProgram.INSTRUCTION;
    private static final List<String> LIBRARY_PLACES =
            List.of(
                    "/usr/lib/x86_64-linux-gnu/libseccomp.so.2",
                    "/usr/lib/aarch64-linux-gnu/libseccomp.so.2",
                    "/usr/lib64/libseccomp.so.2",
                    "/usr/lib/libseccomp.so.2");
    private static final AtomicLong SERIAL = new AtomicLong();

    private final Path directory;
    private final String library;

    KeptPrograms(Path directory) {
        this.directory = directory;
        this.library = library();
    }

    private static String library() {
        StringBuilder found = new StringBuilder();
        for (String place : LIBRARY_PLACES) {
            try {
                Path file = Path.of(place).toRealPath();
                found.append(file).append(' ').append(Files.getLastModifiedTime(file));
            } catch (IOException e) {
                found.append("no ").append(place);
            }
            found.append('\n');
        }
        return found.toString();
    }

    Optional<SeccompProgram> find(SeccompProfile profile) {
        byte[] content;
        try {
            content = Files.readAllBytes(file(profile));
        } catch (IOException e) {
            return Optional.empty();
        }
        int length = content.length - HASH_BYTES - Long.BYTES - 1;
        if (length <= 0 || length > CODE_MAX || length % SeccompProgram.INSTRUCTION != 0) {
            return Optional.empty();
        }
        byte[] body = Arrays.copyOf(content, content.length - HASH_BYTES);
        byte[] hash = Arrays.copyOfRange(content, body.length, content.length);
        if (!MessageDigest.isEqual(hash, digest(body))) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
        long flags = fields.getLong();
        boolean listener = fields.get() != 0;
        byte[] code = new byte[length];
        fields.get(code);
        return Optional.of(new SeccompProgram(code, flags, listener));
    }

    void keep(SeccompProfile profile, SeccompProgram program) {
        ByteBuffer fields =
                ByteBuffer.allocate(Long.BYTES + 1 + program.size())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(program.flags())
                        .put((byte) (program.listener() ? 1 : 0))
                        .put(program.code());
        byte[] body = fields.array();
        byte[] content = Arrays.copyOf(body, body.length + HASH_BYTES);
        System.arraycopy(digest(body), 0, content, body.length, HASH_BYTES);
        Path temporary = directory.resolve("." + SERIAL.incrementAndGet());
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Files.write(
                    temporary,
                    content,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            Files.move(temporary, file(profile), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            System.getLogger(KeptPrograms.class.getName())
                    .log(System.Logger.Level.DEBUG, "seccomp program not kept: " + e);
        }
    }

    private Path file(SeccompProfile profile) {
        // A set's order differs from one virtual machine to the next.
        String text =
                profile.defaultAction()
                        + " "
                        + profile.defaultErrno()
                        + " "
                        + profile.architectures()
                        + " "
                        + SeccompArch.current()
                        + " "
                        + new TreeSet<>(profile.flags())
                        + " "
                        + profile.rules()
                        + "\n"
                        + library;
        return directory.resolve(
                HexFormat.of().formatHex(digest(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance(HASH).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + HASH, e);
        }
    }
}
