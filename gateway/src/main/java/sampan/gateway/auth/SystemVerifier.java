package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.ECDSA;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import java.security.PublicKey;
import java.util.Map;
import java.util.Set;
import sampan.linux.crypto.SignatureVerifier;
import sampan.linux.crypto.SignatureVerifier.Digest;
import sampan.linux.crypto.SignatureVerifier.Scheme;

/// Verifies by the system's libcrypto, in less than half of Java's time.
final class SystemVerifier implements JWSVerifier {
    private record How(Scheme scheme, Digest digest) {}

    private static final Map<JWSAlgorithm, How> ALGORITHMS =
            Map.ofEntries(
                    Map.entry(JWSAlgorithm.RS256, new How(Scheme.RSA_PKCS1, Digest.SHA256)),
                    Map.entry(JWSAlgorithm.RS384, new How(Scheme.RSA_PKCS1, Digest.SHA384)),
                    Map.entry(JWSAlgorithm.RS512, new How(Scheme.RSA_PKCS1, Digest.SHA512)),
                    Map.entry(JWSAlgorithm.PS256, new How(Scheme.RSA_PSS, Digest.SHA256)),
                    Map.entry(JWSAlgorithm.PS384, new How(Scheme.RSA_PSS, Digest.SHA384)),
                    Map.entry(JWSAlgorithm.PS512, new How(Scheme.RSA_PSS, Digest.SHA512)),
                    Map.entry(JWSAlgorithm.ES256, new How(Scheme.ECDSA, Digest.SHA256)),
                    Map.entry(JWSAlgorithm.ES384, new How(Scheme.ECDSA, Digest.SHA384)),
                    Map.entry(JWSAlgorithm.ES512, new How(Scheme.ECDSA, Digest.SHA512)),
                    Map.entry(JWSAlgorithm.EdDSA, new How(Scheme.EDDSA, Digest.NONE)),
                    Map.entry(JWSAlgorithm.Ed25519, new How(Scheme.EDDSA, Digest.NONE)));

    private final JWSVerifier java;
    private final SignatureVerifier system;

    private SystemVerifier(JWSVerifier java, SignatureVerifier system) {
        this.java = java;
        this.system = system;
    }

    /// The same as another, where the machine has the library and that knows the key.
    static JWSVerifier of(JWSVerifier java, PublicKey key) {
        return SignatureVerifier.of(key.getEncoded())
                .<JWSVerifier>map(system -> new SystemVerifier(java, system))
                .orElse(java);
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
        return java.supportedJWSAlgorithms();
    }

    @Override
    public JCAContext getJCAContext() {
        return java.getJCAContext();
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature)
            throws JOSEException {
        JWSAlgorithm algorithm = header.getAlgorithm();
        How how = ALGORITHMS.get(algorithm);
        if (how == null || !supportedJWSAlgorithms().contains(algorithm)) {
            return java.verify(header, signed, signature);
        }
        if (header.getCriticalParams() != null) {
            return false;
        }
        byte[] octets = signature.decode();
        if (how.scheme() == Scheme.ECDSA) {
            // Of a fixed length, or one signature could be written in several ways.
            if (octets.length != ECDSA.getSignatureByteArrayLength(algorithm)) {
                return false;
            }
            octets = ECDSA.transcodeSignatureToDER(octets);
        }
        return system.verify(how.scheme(), how.digest(), signed, octets);
    }
}
