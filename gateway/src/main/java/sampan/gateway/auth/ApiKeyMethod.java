package sampan.gateway.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import sampan.gateway.routes.RequestView;
import sampan.linux.net.Memory;

/// `apiKey`: a key in a field. Only its SHA-256 is known here; keys are long and random, so that
/// nothing slower is needed.
final class ApiKeyMethod implements AuthMethod {
    private static final int KEY_BYTES_MAX = 512;
    private static final long REMEMBER_NANOS = 3600 * 1_000_000_000L;

    private final String name;
    private final Credential from;
    private final Consumers consumers;
    private final Failures failures;
    private final CredentialCache cache = new CredentialCache();

    ApiKeyMethod(String name, Credential from, Consumers consumers, Failures failures) {
        this.name = name;
        this.from = from;
        this.consumers = consumers;
        this.failures = failures;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String challenge() {
        return "ApiKey realm=\"" + name + "\"";
    }

    @Override
    public void strip(RequestView view) {
        from.strip(view);
    }

    @Override
    public Verdict check(RequestView view, long now) {
        Verdict without = from.without(view);
        if (without != null) {
            return without;
        }
        long at = view.foundAt();
        int length = (int) (view.foundEnd() - at);
        Verdict.Proven known = cache.get(at, at + length, now, 0);
        if (known != null) {
            return known;
        }
        long wait = failures.waitNanos(view, now);
        if (wait > 0) {
            return new Verdict.Limited(wait);
        }
        if (length == 0 || length > KEY_BYTES_MAX) {
            return new Verdict.Refused("key is empty or over " + KEY_BYTES_MAX + " bytes");
        }
        byte[] key = Memory.bytes(at, length);
        Verdict verdict =
                consumers.proven(name, consumers.apiKeys().get(sha256(key)), "key is unknown");
        if (verdict instanceof Verdict.Proven proven) {
            String text = new String(key, java.nio.charset.StandardCharsets.ISO_8859_1);
            cache.put(text, now + REMEMBER_NANOS, 0, proven);
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
