package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/// Ed25519 by the JDK; the library's own wants another library.
final class EdDsaVerifier implements JWSVerifier {
    // SubjectPublicKeyInfo of RFC 8410 section 4, up to the key.
    private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final int KEY_BYTES = 32;

    private final JCAContext context = new JCAContext();
    private final PublicKey key;

    EdDsaVerifier(byte[] x) throws JOSEException {
        if (x.length != KEY_BYTES) {
            throw new JOSEException("an Ed25519 key has " + KEY_BYTES + " bytes");
        }
        byte[] encoded = new byte[PREFIX.length + KEY_BYTES];
        System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
        System.arraycopy(x, 0, encoded, PREFIX.length, KEY_BYTES);
        try {
            key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new JOSEException("no Ed25519 key", e);
        }
    }

    /// By the system's library where there is one.
    static JWSVerifier of(byte[] x) throws JOSEException {
        EdDsaVerifier java = new EdDsaVerifier(x);
        return SystemVerifier.of(java, java.key);
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
        return Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);
    }

    @Override
    public JCAContext getJCAContext() {
        return context;
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature)
            throws JOSEException {
        if (header.getCriticalParams() != null) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature.decode());
        } catch (SignatureException _) {
            return false; // of another length
        } catch (GeneralSecurityException e) {
            throw new JOSEException("Ed25519", e);
        }
    }
}
