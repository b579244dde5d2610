package sampan.oci;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.MessageDigest;
import java.util.HexFormat;
import sampan.errors.SampanException;
import sampan.linux.crypto.Sha256;

/// What content is known by: `sha256:` and 64 lower-case hexadecimal digits, or `sha512:` and 128
/// (image-spec, descriptor.md, "Digests"). Content is stored by sha256 alone.
///
/// @param algorithm `sha256` or `sha512`
/// @param hex the digits
public record Digest(String algorithm, String hex) implements Comparable<Digest> {
    public static final String SHA256 = "sha256";
    public static final String SHA512 = "sha512";

    private static final int BRIEF_DIGITS = 12;

    public Digest {
        if (hex.length() != digits(algorithm) || !hex.chars().allMatch(Digest::isDigit)) {
            throw invalid(algorithm + ":" + hex);
        }
    }

    /// @throws SampanException INVALID for anything but a whole digest
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw invalid(text);
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    /// @param hash the 32 bytes of a finished SHA-256
    public static Digest sha256(byte[] hash) {
        return new Digest(SHA256, HexFormat.of().formatHex(hash));
    }

    /// The digest of these bytes.
    public static Digest of(byte[] content) {
        return sha256(newSha256().digest(content));
    }

    public static MessageDigest newSha256() {
        return Sha256.create();
    }

    /// The first twelve digits, as people see an id.
    public String brief() {
        return hex.substring(0, BRIEF_DIGITS);
    }

    public boolean isSha256() {
        return algorithm.equals(SHA256);
    }

    private static int digits(String algorithm) {
        return switch (algorithm) {
            case SHA256 -> 64;
            case SHA512 -> 128;
            default ->
                    throw SampanException.invalid(
                            "unsupported digest algorithm "
                                    + shortened(algorithm)
                                    + ": use sha256 or sha512");
        };
    }

    private static boolean isDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private static SampanException invalid(String text) {
        return SampanException.invalid("invalid digest " + shortened(text));
    }

    private static String shortened(String text) {
        return text.length() <= 140 ? text : text.substring(0, 140) + "...";
    }

    @Override
    public int compareTo(Digest other) {
        int first = algorithm.compareTo(other.algorithm);
        return first != 0 ? first : hex.compareTo(other.hex);
    }

    @Override
    @JsonValue
    public String toString() {
        return algorithm + ":" + hex;
    }
}
