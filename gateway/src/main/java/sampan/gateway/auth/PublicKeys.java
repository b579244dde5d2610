package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a public key of a PEM file, or that of a certificate.
final class PublicKeys {
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");
    private static final int ED25519_BYTES = 32;

    private PublicKeys() {}

    static JWK read(String pem) throws JOSEException {
        try {
            PublicKey key =
                    pem.contains("-----BEGIN CERTIFICATE-----") ? ofCertificate(pem) : key(pem);
            return switch (key) {
                case RSAPublicKey rsa -> new RSAKey.Builder(rsa).build();
                case ECPublicKey ec ->
                        new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
                case EdECPublicKey ed -> {
                    byte[] encoded = ed.getEncoded();
                    byte[] x =
                            Arrays.copyOfRange(
                                    encoded, encoded.length - ED25519_BYTES, encoded.length);
                    yield new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).build();
                }
                default -> throw new JOSEException("no key that verifies tokens");
            };
        } catch (GeneralSecurityException e) {
            throw new JOSEException("no public key in PEM", e);
        }
    }

    private static PublicKey ofCertificate(String pem) throws GeneralSecurityException {
        byte[] octets = pem.getBytes(StandardCharsets.US_ASCII);
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(octets))
                .getPublicKey();
    }

    private static PublicKey key(String pem) throws GeneralSecurityException {
        Matcher matcher = PEM.matcher(pem);
        if (!matcher.find()) {
            throw new InvalidKeySpecException("no BEGIN PUBLIC KEY");
        }
        byte[] octets = Base64.getMimeDecoder().decode(matcher.group(1));
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePublic(new X509EncodedKeySpec(octets));
            } catch (InvalidKeySpecException _) {
                // of another algorithm
            }
        }
        throw new InvalidKeySpecException("of no algorithm that is known");
    }
}
