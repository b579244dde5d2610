package sampan.linux.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Certificates and keys in PEM files (RFC 7468), of 8 MiB at most. What else is in a file, such as
/// a key before the certificates, is passed over.
public final class Pem {
    private static final long FILE_BYTES_MAX = 8 << 20;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    /// SEQUENCE { version 0, algorithm rsaEncryption }, which PKCS#8 has before a PKCS#1 key.
    private static final byte[] RSA_HEAD =
            HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private Pem() {}

    private record Block(String label, byte[] content) {}

    private static List<Block> blocks(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(file + " has more than " + FILE_BYTES_MAX + " bytes");
        }
        List<Block> found = new ArrayList<>();
        Matcher matcher =
                BLOCK.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            found.add(
                    new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
        }
        return found;
    }

    /// All of a file's certificates, in its order; IOException where there is none.
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.label().equals("CERTIFICATE")) {
                    InputStream content = new ByteArrayInputStream(block.content());
                    found.add((X509Certificate) factory.generateCertificate(content));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new IOException(file + " has no certificate in it");
        }
        return found;
    }

    /// The first private key of a file, of PKCS#8 or PKCS#1; IOException where there is none.
    public static PrivateKey key(Path file) throws IOException {
        for (Block block : blocks(file)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return decoded(file, block.content());
                }
                case "RSA PRIVATE KEY" -> {
                    return decoded(file, wrapped(block.content()));
                }
                case "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY" ->
                        throw new IOException(
                                file
                                        + " is of the form "
                                        + block.label()
                                        + ": convert it with openssl pkcs8 -topk8 -nocrypt");
                default -> {
                    // parameters or certificates beside the key
                }
            }
        }
        throw new IOException(file + " has no private key in it");
    }

    private static PrivateKey decoded(Path file, byte[] pkcs8) throws IOException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                // of another algorithm
            }
        }
        throw new IOException(file + " is no key of RSA, EC or EdDSA");
    }

    private static byte[] wrapped(byte[] pkcs1) {
        byte[] octets = tagged(0x04, pkcs1);
        return tagged(
                0x30,
                ByteBuffer.allocate(RSA_HEAD.length + octets.length)
                        .put(RSA_HEAD)
                        .put(octets)
                        .array());
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteBuffer out = ByteBuffer.allocate(content.length + 5);
        out.put((byte) tag).put((byte) 0x83);
        out.put((byte) (content.length >> 16)).putShort((short) content.length).put(content);
        return out.array();
    }
}
