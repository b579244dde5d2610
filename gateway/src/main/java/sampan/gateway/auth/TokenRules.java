package sampan.gateway.auth;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What one issuer's tokens must say.
///
/// @param issuer the `iss`, none where it does not matter
/// @param audiences one of which must be in `aud`; none where it does not matter
/// @param algorithms that count; never both symmetric and asymmetric ones
/// @param skewSeconds by which clocks may differ
/// @param ageSecondsMax since `iat`, 0 for any
/// @param types `typ` in lower case, none where it does not matter
record TokenRules(
        Optional<String> issuer,
        List<String> audiences,
        Set<JWSAlgorithm> algorithms,
        int skewSeconds,
        int ageSecondsMax,
        List<String> types) {
    private static final int KEY_ID_CHARS_MAX = 256;

    /// What is wrong with a header, empty for nothing.
    String wrong(JWSHeader header) {
        if (!algorithms.contains(header.getAlgorithm())) {
            return "algorithm is not allowed";
        }
        if (header.getCriticalParams() != null) {
            return "critical header is not understood";
        }
        if (!header.isBase64URLEncodePayload()) {
            return "payload is not encoded";
        }
        String id = header.getKeyID();
        if (id != null
                && (id.isEmpty()
                        || id.length() > KEY_ID_CHARS_MAX
                        || id.chars().anyMatch(c -> c < 0x20 || c > 0x7E))) {
            return "key id is malformed";
        }
        JOSEObjectType type = header.getType();
        if (!types.isEmpty()
                && (type == null
                        || !types.contains(type.getType().toLowerCase(java.util.Locale.ROOT)))) {
            return "type is another";
        }
        return "";
    }

    /// What is wrong with the claims, empty for nothing. To be asked only after the signature.
    String wrong(JWTClaimsSet claims, long nowMillis) {
        if (issuer.isPresent() && !issuer.get().equals(claims.getIssuer())) {
            return "issuer is another";
        }
        if (!audiences.isEmpty() && claims.getAudience().stream().noneMatch(audiences::contains)) {
            return "audience is another";
        }
        long skew = skewSeconds * 1000L;
        Date expires = claims.getExpirationTime();
        if (expires == null) {
            return "no expiry";
        }
        if (nowMillis >= expires.toInstant().toEpochMilli() + skew) {
            return "expired";
        }
        Date from = claims.getNotBeforeTime();
        if (from != null && nowMillis < from.toInstant().toEpochMilli() - skew) {
            return "not yet valid";
        }
        Date issued = claims.getIssueTime();
        if (issued != null && nowMillis < issued.toInstant().toEpochMilli() - skew) {
            return "issued in the future";
        }
        if (ageSecondsMax > 0
                && (issued == null
                        || nowMillis
                                >= issued.toInstant().toEpochMilli()
                                        + ageSecondsMax * 1000L
                                        + skew)) {
            return "too old";
        }
        return "";
    }

    /// Until when a token holds that has these claims.
    long untilMillis(JWTClaimsSet claims) {
        long skew = skewSeconds * 1000L;
        long until = claims.getExpirationTime().toInstant().toEpochMilli() + skew;
        return ageSecondsMax > 0
                ? Math.min(
                        until,
                        claims.getIssueTime().toInstant().toEpochMilli()
                                + ageSecondsMax * 1000L
                                + skew)
                : until;
    }
}
