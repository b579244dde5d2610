package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keys that verify tokens, each with the one family of algorithms it is for. Immutable.
final class Keys {
    /// Keys of a set; what is behind them is left out.
    static final int KEYS_MAX = 64;

    private static final int RSA_BITS_MIN = 2048;
    // In pure Java a signature of these takes half a millisecond and more.
    private static final int RSA_BITS_QUICK_MAX = 4096;
    private static final String ANY = "\0";

    /// A key, and what it is for.
    ///
    /// @param slow whether to verify takes longer than a loop should
    record Key(
            @Nullable String id, Set<JWSAlgorithm> algorithms, JWSVerifier verifier, boolean slow) {
        boolean verifies(JWSHeader header) {
            return algorithms.contains(header.getAlgorithm())
                    && (ANY.equals(id)
                            || header.getKeyID() == null
                            || header.getKeyID().equals(id));
        }

        /// A key that stands alone verifies whatever `kid` a token names.
        Key alone() {
            return new Key(ANY, algorithms, verifier, slow);
        }
    }

    static final Keys NONE = new Keys(List.of(), Set.of());

    private final List<Key> keys;
    private final Set<String> digest;

    private Keys(List<Key> keys, Set<String> digest) {
        this.keys = List.copyOf(keys);
        this.digest = Set.copyOf(digest);
    }

    /// Reads a JWK set; keys that are for nothing here are left out.
    ///
    /// @param secrets whether symmetric keys count; never where the set comes over a network
    static Keys parse(String json, boolean secrets) throws ParseException {
        List<Key> keys = new ArrayList<>();
        Set<String> digest = new HashSet<>();
        for (JWK jwk : JWKSet.parse(json).getKeys()) {
            Key key = key(jwk, secrets);
            if (key != null && keys.size() < KEYS_MAX) {
                keys.add(key);
                digest.add(jwk.toJSONString());
            }
        }
        return new Keys(keys, digest);
    }

    /// One secret, for HS256, HS384 and HS512 as far as it is long enough.
    static Keys secret(byte[] secret) throws JOSEException {
        MACVerifier verifier = new MACVerifier(secret);
        Key key = new Key(null, Set.copyOf(verifier.supportedJWSAlgorithms()), verifier, false);
        return new Keys(List.of(key.alone()), Set.of(Base64URL.encode(secret).toString()));
    }

    /// The public key of a PEM file.
    static Keys pem(String pem) throws JOSEException {
        JWK jwk = PublicKeys.read(pem);
        Key key = key(jwk, false);
        if (key == null) {
            throw new JOSEException("no public key that verifies tokens");
        }
        return new Keys(List.of(key.alone()), Set.of(jwk.toPublicJWK().toJSONString()));
    }

    private static @Nullable Key key(JWK jwk, boolean secrets) {
        if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)
                || jwk.getKeyOperations() != null
                        && !jwk.getKeyOperations().contains(KeyOperation.VERIFY)) {
            return null;
        }
        try {
            return switch (jwk) {
                case RSAKey rsa when rsa.size() >= RSA_BITS_MIN ->
                        made(
                                jwk,
                                SystemVerifier.of(
                                        new RSASSAVerifier(rsa.toRSAPublicKey()),
                                        rsa.toRSAPublicKey()),
                                rsa.size() > RSA_BITS_QUICK_MAX);
                case ECKey ec when !ec.getCurve().equals(Curve.SECP256K1) ->
                        made(
                                jwk,
                                SystemVerifier.of(
                                        new ECDSAVerifier(ec.toECPublicKey()), ec.toECPublicKey()),
                                true);
                case OctetKeyPair okp when okp.getCurve().equals(Curve.Ed25519) ->
                        made(jwk, EdDsaVerifier.of(okp.getDecodedX()), true);
                case OctetSequenceKey octets when secrets ->
                        made(jwk, new MACVerifier(octets.toByteArray()), false);
                default -> null;
            };
        } catch (JOSEException _) {
            return null;
        }
    }

    private static @Nullable Key made(JWK jwk, JWSVerifier verifier, boolean slow) {
        Set<JWSAlgorithm> algorithms = Set.copyOf(verifier.supportedJWSAlgorithms());
        if (jwk.getAlgorithm() != null) {
            JWSAlgorithm only = JWSAlgorithm.parse(jwk.getAlgorithm().getName());
            if (!algorithms.contains(only)) {
                return null;
            }
            algorithms = Set.of(only);
        }
        return new Key(jwk.getKeyID(), algorithms, verifier, slow);
    }

    /// Keys that may have signed what that header says.
    List<Key> candidates(JWSHeader header) {
        List<Key> found = new ArrayList<>();
        for (Key key : keys) {
            if (key.verifies(header)) {
                found.add(key);
            }
        }
        return found;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /// Whether all keys of an earlier set are here still.
    boolean keeps(Keys earlier) {
        return digest.containsAll(earlier.digest);
    }
}
