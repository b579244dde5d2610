package sampan.gateway.routes;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sampan.gateway.wire.Octets;

/// The cookie by which a client comes back to its target. Its value is a hash of the target's
/// address, so that clients do not see that, and the same after a restart and at every gateway.
public final class StickyCookie {
    /// Octets of a value: 64 bits in hexadecimal digits.
    static final int VALUE_BYTES = 16;

    /// What a browser is told of it.
    ///
    /// @param maxAgeSeconds 0 until the browser ends
    /// @param sameSite empty for none of these
    public record Attributes(
            String path,
            String domain,
            boolean secure,
            boolean httpOnly,
            String sameSite,
            int maxAgeSeconds) {}

    private final String name;
    private final byte[] octets;
    private final Attributes attributes;
    private final Optional<SecretKeySpec> key;

    /// @param key with which the hash is made, none for a plain one: that can be guessed backwards,
    ///   address for address
    public StickyCookie(String name, Attributes attributes, Optional<byte[]> key) {
        this.name = name;
        octets = Octets.ascii(name);
        this.attributes = attributes;
        this.key = key.map(bytes -> new SecretKeySpec(bytes, "HmacSHA256"));
    }

    public String name() {
        return name;
    }

    byte[] octets() {
        return octets;
    }

    /// What stands for a target of a service.
    long id(String service, String target) {
        byte[] text = (service + "\n" + target).getBytes(StandardCharsets.UTF_8);
        long id = 0;
        byte[] digest = digest(text);
        for (int i = 0; i < Long.BYTES; i++) {
            id = id << Byte.SIZE | digest[i] & 0xFF;
        }
        return id;
    }

    private byte[] digest(byte[] text) {
        try {
            if (key.isEmpty()) {
                return MessageDigest.getInstance("SHA-256").digest(text);
            }
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key.get());
            return mac.doFinal(text);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e); // every JDK has both
        }
    }

    /// The line that sets it, with its CR LF.
    byte[] line(long id) {
        StringBuilder line = new StringBuilder("Set-Cookie: ");
        line.append(name).append('=').append(HexFormat.of().toHexDigits(id));
        line.append("; Path=").append(attributes.path());
        if (!attributes.domain().isEmpty()) {
            line.append("; Domain=").append(attributes.domain());
        }
        if (attributes.maxAgeSeconds() > 0) {
            line.append("; Max-Age=").append(attributes.maxAgeSeconds());
        }
        line.append(attributes.secure() ? "; Secure" : "");
        line.append(attributes.httpOnly() ? "; HttpOnly" : "");
        if (!attributes.sameSite().isEmpty()) {
            String word = attributes.sameSite();
            line.append("; SameSite=")
                    .append(word.substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(word.substring(1));
        }
        return Octets.ascii(line.append("\r\n").toString());
    }
}
