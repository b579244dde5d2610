package sampan.gateway.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The directory with the account's key and the certificates, for its owner alone. A certificate is
/// one file, with its key in front, so that a reader never finds a key of another one.
final class CertificateStore {
    private static final String ACCOUNT = "account.key";
    private static final String CURVE = "secp256r1";
    private static final String PLACEHOLDER = "CN=placeholder until ACME brings a certificate";
    private static final Duration PLACEHOLDER_LIFE = Duration.ofDays(365);
    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final ASN1ObjectIdentifier ACME_IDENTIFIER =
            new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");
    private static final int DNS_NAME = 2;
    private static final int COLUMNS = 64;

    private final Path directory;

    CertificateStore(Path directory) {
        this.directory = directory;
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("acme.directory " + directory + ": " + e, e);
        }
    }

    /// By the JDK: the provider that acme4j would ask takes seconds to load.
    static KeyPair newKey() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(new ECGenParameterSpec(CURVE));
            return keys.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The account's key, made where there is none.
    KeyPair account() throws IOException {
        Path file = directory.resolve(ACCOUNT);
        if (!Files.exists(file)) {
            KeyPair made = newKey();
            write(
                    file,
                    pem("PRIVATE KEY", made.getPrivate()) + pem("PUBLIC KEY", made.getPublic()));
            return made;
        }
        String text = Files.readString(file);
        try {
            KeyFactory keys = KeyFactory.getInstance("EC");
            return new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(octets(text, "PUBLIC KEY"))),
                    keys.generatePrivate(new PKCS8EncodedKeySpec(octets(text, "PRIVATE KEY"))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " is no key of ours: remove it for another account", e);
        }
    }

    private static String pem(String kind, Key key) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder(COLUMNS, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END "
                + kind
                + "-----\n";
    }

    private static byte[] octets(String text, String kind) {
        String begin = "-----BEGIN " + kind + "-----";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("-----END " + kind, from);
        if (from < begin.length() || to < 0) {
            throw new IllegalArgumentException(kind);
        }
        return Base64.getMimeDecoder().decode(text.substring(from, to));
    }

    /// Puts a certificate in place of what is there, at once.
    ///
    /// @param chain in PEM
    void put(Path file, KeyPair key, String chain) throws IOException {
        write(file, pem("PRIVATE KEY", key.getPrivate()) + chain);
    }

    /// A listener needs something to show before the first certificate is there.
    void placeholder(Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        KeyPair key = newKey();
        put(file, key, ownSigned(key, PLACEHOLDER, _ -> {}));
    }

    /// A certificate by which a name is proved (RFC 8737 section 3).
    ///
    /// @param digest of the key authorization
    /// @return a file that the caller deletes
    Path proof(String name, byte[] digest) throws IOException {
        KeyPair key = newKey();
        Path file = directory.resolve(name + ".proof");
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.dNSName, name));
        put(
                file,
                key,
                ownSigned(
                        key,
                        "CN=" + name,
                        made -> {
                            made.addExtension(Extension.subjectAlternativeName, false, names);
                            made.addExtension(ACME_IDENTIFIER, true, new DEROctetString(digest));
                        }));
        return file;
    }

    private interface Extending {
        void extend(JcaX509v3CertificateBuilder made) throws CertIOException;
    }

    /// A certificate signed by its own key, in PEM.
    private static String ownSigned(KeyPair key, String subject, Extending more)
            throws IOException {
        Instant now = Instant.now();
        X500Name name = new X500Name(subject);
        JcaX509v3CertificateBuilder made =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(now.toEpochMilli()),
                        Date.from(now),
                        Date.from(now.plus(PLACEHOLDER_LIFE)),
                        name,
                        key.getPublic());
        more.extend(made);
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(
                    made.build(
                            new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(key.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new IOException(e);
        }
        return text.toString();
    }

    private void write(Path file, String text) throws IOException {
        Path made = Files.createTempFile(directory, ".new", "", OWNERS);
        try {
            try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE);
                    Writer out = Channels.newWriter(channel, StandardCharsets.US_ASCII)) {
                out.write(text);
                out.flush();
                channel.force(true);
            }
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    /// When a certificate is to be renewed: when a third of its life is left, or now where it is a
    /// placeholder or of other names.
    Instant due(Path file, Collection<String> names) throws IOException {
        Optional<X509Certificate> found = read(file);
        if (found.isEmpty()) {
            return Instant.EPOCH;
        }
        X509Certificate certificate = found.get();
        if (isPlaceholder(certificate) || !new TreeSet<>(names).equals(names(certificate))) {
            return Instant.EPOCH;
        }
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        return from.plus(Duration.between(from, to).multipliedBy(2).dividedBy(3));
    }

    /// How long a certificate is good.
    Duration life(Path file) throws IOException {
        return read(file)
                .map(c ->
                        Duration.between(c.getNotBefore().toInstant(), c.getNotAfter().toInstant()))
                .orElse(Duration.ZERO);
    }

    private static boolean isPlaceholder(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static TreeSet<String> names(X509Certificate certificate) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        try {
            Collection<List<?>> told = certificate.getSubjectAlternativeNames();
            if (told != null) {
                for (List<?> name : told) {
                    if (Integer.valueOf(DNS_NAME).equals(name.get(0))) {
                        names.add(String.valueOf(name.get(1)));
                    }
                }
            }
        } catch (CertificateException e) {
            throw new IOException(e);
        }
        return names;
    }

    private static Optional<X509Certificate> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        int at = Math.max(text.indexOf("-----BEGIN CERTIFICATE-----"), 0);
        try (InputStream in =
                new ByteArrayInputStream(text.substring(at).getBytes(StandardCharsets.US_ASCII))) {
            return Optional.of(
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (CertificateException _) {
            return Optional.empty(); // as good as none: another is ordered
        }
    }

    /// One gateway at a time orders: while one takes over from another both are there.
    ///
    /// @return none while another has it
    Optional<FileLock> lock() throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve(".lock"),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        OWNERS);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (java.nio.channels.OverlappingFileLockException _) {
            // held by this very process
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return Optional.ofNullable(lock);
    }
}
