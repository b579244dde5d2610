package sampan.gateway.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// An authority and what it signs, made by openssl in a directory of the test.
public final class TestCertificates {
    private static final String PASSWORD = "x";
    private static final int OPENSSL_SECONDS_MAX = 60;

    private final Path directory;

    public TestCertificates(Path directory) throws IOException {
        this.directory = directory;
        run(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key"
                        + " -out ca.pem -subj /CN=authority -days 2");
    }

    /// NAME.pem and NAME.key, with that subject alternative name.
    public void sign(String name, String alternative) throws IOException {
        Files.writeString(directory.resolve("ext"), "subjectAltName=" + alternative);
        run(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
                        + name
                        + ".key -out "
                        + name
                        + ".csr -subj /CN="
                        + name);
        run(
                "x509 -req -in "
                        + name
                        + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out "
                        + name
                        + ".pem");
        run(
                "pkcs12 -export -in "
                        + name
                        + ".pem -inkey "
                        + name
                        + ".key -passout pass:"
                        + PASSWORD
                        + " -out "
                        + name
                        + ".p12");
    }

    private void run(String arguments) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Path log = directory.resolve("openssl.log");
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            if (!process.waitFor(OPENSSL_SECONDS_MAX, TimeUnit.SECONDS)
                    || process.exitValue() != 0) {
                throw new IOException("openssl " + arguments + ": " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    public Path file(String name) {
        return directory.resolve(name);
    }

    /// A client that trusts the authority.
    ///
    /// @param identity what it shows of itself, by the name it was signed with
    public SSLContext client(Optional<String> identity) throws Exception {
        return client(identity, file("ca.pem"));
    }

    /// One that shows an identity of this authority, and trusts another.
    public SSLContext client(Optional<String> identity, Path trusted) throws Exception {
        KeyManager[] managers = identity.isPresent() ? keys(identity.get()) : new KeyManager[0];
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers, trust(trusted).getTrustManagers(), null);
        return context;
    }

    /// A server with that certificate.
    public SSLContext server(String name) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys(name), trust(file("ca.pem")).getTrustManagers(), null);
        return context;
    }

    private static TrustManagerFactory trust(Path authority)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private KeyManager[] keys(String name) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file(name + ".p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD.toCharArray());
        return factory.getKeyManagers();
    }
}
