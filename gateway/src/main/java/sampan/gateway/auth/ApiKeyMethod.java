package sampan.gateway.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// `apiKey`: a key in a field. Only its SHA-256 is known here; keys are long and random, so that
/// nothing slower is needed.
final class ApiKeyMethod extends RememberedMethod {
    /// Longest key.
    static final int KEY_BYTES_MAX = 512;

    private static final long REMEMBER_NANOS = 3600 * 1_000_000_000L;

    ApiKeyMethod(Common common) {
        super(common);
    }

    @Override
    public String challenge() {
        return "ApiKey realm=\"" + name() + "\"";
    }

    @Override
    Verdict prove(RequestView view, long at, long end, long now) {
        byte[] key = Memory.bytes(at, (int) (end - at));
        Verdict verdict =
                consumers()
                        .proven(name(), consumers().apiKeys().get(sha256(key)), "key is unknown");
        if (verdict instanceof Verdict.Proven proven) {
            remember(Octets.text(at, end), now + REMEMBER_NANOS, 0, proven);
        }
        return verdict;
    }

    static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
