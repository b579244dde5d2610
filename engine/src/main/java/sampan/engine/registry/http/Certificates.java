package sampan.engine.registry.http;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.tls.Pem;

/// Who is trusted and who we are, per registry: the system's CAs, and in `DIR/HOST:PORT` more CAs
/// (`*.crt`) and client certificates (`X.cert` with `X.key`), as Docker has them. Thread-safe.
final class Certificates {
    private static final char[] NO_PASSWORD = new char[0];
    private static final int FILES_MAX = 64;

    /// Where distributions keep the CAs that the machine trusts.
    private static final List<Path> SYSTEM =
            List.of(
                    Path.of("/etc/ssl/certs/ca-certificates.crt"),
                    Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
                    Path.of("/etc/ssl/ca-bundle.pem"),
                    Path.of("/etc/ssl/cert.pem"));

    private final List<Path> directories;
    private final ReentrantLock reading = new ReentrantLock();
    private Optional<List<X509Certificate>> system = Optional.empty();

    /// @param directories each may have one per registry in it
    Certificates(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /// @param host with its port, where it has one
    /// @param unchecked any certificate will do
    SSLContext context(String host, boolean unchecked) {
        try {
            List<Path> own =
                    directories.stream()
                            .map(directory -> directory.resolve(host))
                            .filter(Files::isDirectory)
                            .toList();
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManager[] trust = unchecked ? new TrustManager[] {new Anybody()} : trust(own);
            context.init(keys(own), trust, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    "certificates for registry " + host + ": " + e.getMessage(),
                    e);
        }
    }

    private TrustManager[] trust(List<Path> own) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        int number = 0;
        for (X509Certificate certificate : system()) {
            store.setCertificateEntry("system-" + number++, certificate);
        }
        for (Path file : files(own, ".crt")) {
            for (X509Certificate certificate : Pem.certificates(file)) {
                store.setCertificateEntry("own-" + number++, certificate);
            }
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(number == 0 ? null : store);
        return factory.getTrustManagers();
    }

    private KeyManager[] keys(List<Path> own) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        for (Path file : files(own, ".cert")) {
            String name = file.toString();
            Path key = Path.of(name.substring(0, name.length() - ".cert".length()) + ".key");
            if (!Files.exists(key)) {
                throw SampanException.invalid(file + " lacks its key: put it at " + key);
            }
            List<X509Certificate> chain = Pem.certificates(file);
            PrivateKey secret = Pem.key(key);
            store.setKeyEntry(name, secret, NO_PASSWORD, chain.toArray(Certificate[]::new));
        }
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private List<X509Certificate> system() throws IOException {
        reading.lock();
        try {
            if (system.isEmpty()) {
                Optional<Path> bundle = SYSTEM.stream().filter(Files::isReadable).findFirst();
                // Without one the JDK's own are used.
                system = Optional.of(bundle.isEmpty() ? List.of() : Pem.certificates(bundle.get()));
            }
            return system.get();
        } finally {
            reading.unlock();
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static List<Path> files(List<Path> directories, String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path directory : directories) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + suffix)) {
                files.forEach(found::add);
            }
        }
        if (found.size() > FILES_MAX) {
            throw new IOException("more than " + FILES_MAX + " files *" + suffix);
        }
        found.sort(null);
        return found;
    }

    /// Trusts everybody: for registries that the configuration calls insecure, and the loopback.
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
