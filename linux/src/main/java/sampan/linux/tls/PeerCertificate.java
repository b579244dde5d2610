package sampan.linux.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;

/// Who a peer is by its certificate, which was verified.
///
/// @param subject as RFC 2253 writes it, the most specific part first
/// @param names of the subject alternative name: `dns:`, `uri:`, `email:` or `ip:` and the name
/// @param fingerprint SHA-256 of the certificate, 64 hexadecimal digits in lower case
public record PeerCertificate(String subject, List<String> names, String fingerprint) {
    private static final int NAMES_MAX = 100;
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    /// Reads a certificate in DER; empty where Java cannot.
    static Optional<PeerCertificate> read(byte[] der) {
        try {
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(der));
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(der);
            return Optional.of(
                    new PeerCertificate(
                            certificate.getSubjectX500Principal().getName(),
                            names(certificate),
                            HexFormat.of().formatHex(digest)));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    /// The host names of the first certificate of a PEM file.
    static List<String> hostNames(Path file) {
        try {
            return names(Pem.certificates(file).getFirst()).stream()
                    .filter(name -> name.startsWith("dns:"))
                    .map(name -> name.substring("dns:".length()))
                    .toList();
        } catch (IOException | CertificateException e) {
            throw SampanException.invalid(
                    "certificate " + file + ": " + e + ": write a PEM file with its chain");
        }
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> found = certificate.getSubjectAlternativeNames();
        if (found == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (List<?> entry : found) {
            String prefix =
                    switch ((Integer) entry.get(0)) {
                        case EMAIL -> "email:";
                        case DNS -> "dns:";
                        case URI -> "uri:";
                        case IP -> "ip:";
                        default -> "";
                    };
            if (!prefix.isEmpty() && names.size() < NAMES_MAX) {
                names.add(prefix + entry.get(1));
            }
        }
        return List.copyOf(names);
    }
}
