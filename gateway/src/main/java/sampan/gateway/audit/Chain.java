package sampan.gateway.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;

/// How lines are tied together: `{"seq":N,...,"previous":HASH,"hash":HASH}`, where the hash is of
/// all that stands before it in its line. With a key it is an HMAC, which nobody without the key
/// can compute anew.
final class Chain {
    /// Of the line before the first.
    static final String ORIGIN = "0".repeat(64);

    static final String HASH = ",\"hash\":\"";
    static final String END = "\"}";

    private static final int KEY_BYTES_MIN = 16;
    private static final Pattern LINE =
            Pattern.compile(
                    "(\\{\"seq\":(\\d{1,18}),.*,\"previous\":\"([0-9a-f]{64})\"),\"hash\":\"([0-9a-f]{64})\"\\}",
                    Pattern.DOTALL);

    /// A line, taken apart.
    record Line(String content, long seq, String previous, String hash) {}

    private final @Nullable SecretKeySpec key;

    Chain(Optional<Path> keyFile) {
        key = keyFile.map(Chain::key).orElse(null);
    }

    private static SecretKeySpec key(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length < KEY_BYTES_MIN) {
                throw SampanException.invalid(
                        "audit key \"" + file + "\": write " + KEY_BYTES_MIN + " bytes or more");
            }
            return new SecretKeySpec(bytes, "HmacSHA256");
        } catch (IOException e) {
            throw new UncheckedIOException("audit key \"" + file + "\": it cannot be read", e);
        }
    }

    String hash(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try {
            if (key == null) {
                return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            }
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    static Optional<Line> parse(String text) {
        Matcher matcher = LINE.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new Line(
                                matcher.group(1),
                                Long.parseLong(matcher.group(2)),
                                matcher.group(3),
                                matcher.group(4)))
                : Optional.empty();
    }

    /// The older files of a log, the oldest first; each is named by the number of its first line.
    static List<Path> older(Path file) {
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        String prefix = file.getFileName() + ".";
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(path -> isOlder(path.getFileName().toString(), prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": it cannot be read", e);
        }
    }

    private static boolean isOlder(String name, String prefix) {
        return name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{12}");
    }

    static Path older(Path file, long firstSeq) {
        return file.resolveSibling(
                file.getFileName() + String.format(java.util.Locale.ROOT, ".%012d", firstSeq));
    }

    /// Where the number and hash of the last line stand too.
    static Path head(Path file) {
        return file.resolveSibling(file.getFileName() + ".head");
    }
}
