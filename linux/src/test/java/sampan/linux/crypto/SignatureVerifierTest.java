package sampan.linux.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import sampan.linux.crypto.SignatureVerifier.Digest;
import sampan.linux.crypto.SignatureVerifier.Scheme;

/// Signatures of Java's own making, verified by libcrypto.
class SignatureVerifierTest {
    private static final byte[] SIGNED = "header.payload".getBytes(StandardCharsets.US_ASCII);

    private static void holds(KeyPair pair, Signature signer, Scheme scheme, Digest digest)
            throws Exception {
        signer.initSign(pair.getPrivate());
        signer.update(SIGNED);
        byte[] signature = signer.sign();
        SignatureVerifier verifier =
                SignatureVerifier.of(pair.getPublic().getEncoded()).orElseThrow();
        for (int i = 0; i < 3; i++) {
            assertThat(verifier.verify(scheme, digest, SIGNED, signature)).isTrue();
            byte[] other = signature.clone();
            other[other.length / 2] ^= 1;
            assertThat(verifier.verify(scheme, digest, SIGNED, other)).isFalse();
            assertThat(verifier.verify(scheme, digest, Arrays.copyOf(SIGNED, 5), signature))
                    .isFalse();
            assertThat(verifier.verify(scheme, digest, SIGNED, new byte[0])).isFalse();
            assertThat(verifier.verify(scheme, digest, SIGNED, Arrays.copyOf(signature, 20)))
                    .isFalse();
        }
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    @Test
    void rsaWithEitherPaddingAndEachDigest() throws Exception {
        KeyPair pair = rsa();
        for (String bits : new String[] {"256", "384", "512"}) {
            Digest digest = Digest.valueOf("SHA" + bits);
            Signature signer = Signature.getInstance("SHA" + bits + "withRSA");
            holds(pair, signer, Scheme.RSA_PKCS1, digest);
            Signature pss = Signature.getInstance("RSASSA-PSS");
            pss.setParameter(
                    new PSSParameterSpec(
                            "SHA-" + bits,
                            "MGF1",
                            new MGF1ParameterSpec("SHA-" + bits),
                            Integer.parseInt(bits) / 8,
                            1));
            holds(pair, pss, Scheme.RSA_PSS, digest);
        }
    }

    @Test
    void onePaddingIsNotTheOther() throws Exception {
        KeyPair pair = rsa();
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(pair.getPrivate());
        signer.update(SIGNED);
        byte[] signature = signer.sign();
        SignatureVerifier verifier =
                SignatureVerifier.of(pair.getPublic().getEncoded()).orElseThrow();
        assertThat(verifier.verify(Scheme.RSA_PSS, Digest.SHA256, SIGNED, signature)).isFalse();
        assertThat(verifier.verify(Scheme.RSA_PKCS1, Digest.SHA384, SIGNED, signature)).isFalse();
        assertThat(verifier.verify(Scheme.RSA_PKCS1, Digest.SHA256, SIGNED, signature)).isTrue();
    }

    @Test
    void ellipticCurves() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        holds(
                generator.generateKeyPair(),
                Signature.getInstance("SHA256withECDSA"),
                Scheme.ECDSA,
                Digest.SHA256);
        holds(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair(),
                Signature.getInstance("Ed25519"),
                Scheme.EDDSA,
                Digest.NONE);
    }

    @Test
    void whatIsNoKeyIsNone() {
        assertThat(SignatureVerifier.of(new byte[] {1, 2, 3})).isEmpty();
        assertThat(SignatureVerifier.of(new byte[0])).isEmpty();
    }
}
