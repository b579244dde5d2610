package sampan.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;

/// An issuer of tokens, good ones and bad ones.
public final class Tokens {
    public static final String ISSUER = "https://id.example";

    public final RSAKey rsa;
    public final RSAKey otherRsa;
    public final ECKey ec;
    public final OctetKeyPair ed;
    private final KeyPair edPair;

    public Tokens() throws JOSEException, GeneralSecurityException {
        rsa = new RSAKeyGenerator(2048).keyID("r1").generate();
        otherRsa = new RSAKeyGenerator(2048).keyID("r2").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
        edPair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = edPair.getPublic().getEncoded();
        byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        ed = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).keyID("d1").build();
    }

    public static String jwks(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    public static JWTClaimsSet.Builder claims() {
        long now = System.currentTimeMillis();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience("shop")
                .subject("ann")
                .issueTime(new Date(now))
                .expirationTime(new Date(now + 600_000))
                .claim("roles", List.of("user"))
                .claim("scope", "cart:read cart:write");
    }

    public static Date inSeconds(long seconds) {
        return new Date(System.currentTimeMillis() + seconds * 1000);
    }

    public static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer)
            throws JOSEException {
        SignedJWT token = new SignedJWT(header, claims);
        token.sign(signer);
        return token.serialize();
    }

    public static JWSHeader header(JWSAlgorithm algorithm, String keyId) {
        return new JWSHeader.Builder(algorithm).keyID(keyId).build();
    }

    public String rs256(JWTClaimsSet claims) throws JOSEException {
        return sign(header(JWSAlgorithm.RS256, "r1"), claims, new RSASSASigner(rsa));
    }

    /// A token whose claims are changed in one place.
    public String rs256(Consumer<JWTClaimsSet.Builder> change) throws JOSEException {
        JWTClaimsSet.Builder claims = claims();
        change.accept(claims);
        return rs256(claims.build());
    }

    public String rsa(JWSAlgorithm algorithm, String keyId, RSAKey key) throws JOSEException {
        return sign(header(algorithm, keyId), claims().build(), new RSASSASigner(key));
    }

    public String es256() throws JOSEException {
        return sign(header(JWSAlgorithm.ES256, "e1"), claims().build(), new ECDSASigner(ec));
    }

    public static String hs(JWSAlgorithm algorithm, byte[] secret) throws JOSEException {
        return sign(header(algorithm, "r1"), claims().build(), new MACSigner(secret));
    }

    public String edDsa() throws GeneralSecurityException {
        String signed =
                Base64URL.encode("{\"alg\":\"EdDSA\",\"kid\":\"d1\"}")
                        + "."
                        + Base64URL.encode(claims().build().toString());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(edPair.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64URL.encode(signature.sign());
    }

    /// A token with another head over the same claims, signed by the right key all the same.
    public String headed(String header) throws JOSEException, GeneralSecurityException {
        String signed =
                Base64URL.encode(header) + "." + Base64URL.encode(claims().build().toString());
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(rsa.toPrivateKey());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64URL.encode(signature.sign());
    }

    /// The same over a payload that may be no JSON.
    public String paid(String payload) throws JOSEException, GeneralSecurityException {
        String signed =
                Base64URL.encode("{\"alg\":\"RS256\",\"kid\":\"r1\"}")
                        + "."
                        + Base64URL.encode(payload);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(rsa.toPrivateKey());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64URL.encode(signature.sign());
    }
}
