package sampan.gateway.auth;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/// What a browser keeps for us and can neither read nor change: a JWE (A256GCM) with an end.
/// Several gateways with the same key take each other's.
final class Sealed {
    private static final int TEXT_CHARS_MAX = 4096;
    private static final String EXPIRES = "exp";
    private static final String USE = "use";

    private final SecretKey key;

    Sealed(byte[] secret) {
        try {
            key = new SecretKeySpec(MessageDigest.getInstance("SHA-256").digest(secret), "AES");
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// @param use tells one kind from another
    String seal(String use, Map<String, Object> values, long seconds) throws JOSEException {
        Map<String, Object> all = new LinkedHashMap<>(values);
        all.put(USE, use);
        all.put(EXPIRES, System.currentTimeMillis() / 1000 + seconds);
        JWEObject object =
                new JWEObject(
                        new JWEHeader(JWEAlgorithm.DIR, EncryptionMethod.A256GCM),
                        new Payload(all));
        object.encrypt(new DirectEncrypter(key));
        return object.serialize();
    }

    /// What was sealed for that use, none where it was not or is over.
    Optional<Map<String, Object>> open(String use, String text) {
        if (text.length() > TEXT_CHARS_MAX) {
            return Optional.empty();
        }
        try {
            JWEObject object = JWEObject.parse(text);
            if (!JWEAlgorithm.DIR.equals(object.getHeader().getAlgorithm())
                    || !EncryptionMethod.A256GCM.equals(object.getHeader().getEncryptionMethod())
                    || object.getHeader().getCompressionAlgorithm() != null) {
                return Optional.empty();
            }
            object.decrypt(new DirectDecrypter(key));
            Map<String, Object> values = object.getPayload().toJSONObject();
            boolean holds =
                    values != null
                            && use.equals(values.get(USE))
                            && values.get(EXPIRES) instanceof Number end
                            && end.longValue() > System.currentTimeMillis() / 1000;
            return holds ? Optional.ofNullable(values) : Optional.empty();
        } catch (ParseException | JOSEException | IllegalStateException _) {
            return Optional.empty();
        }
    }

    /// Until when that holds, in nanoseconds from now.
    static long leftNanos(Map<String, Object> values) {
        long end = values.get(EXPIRES) instanceof Number number ? number.longValue() : 0;
        return (end * 1000 - System.currentTimeMillis()) * 1_000_000;
    }
}
