package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.GatewayConfig;
import sampan.gateway.config.TableBuilder;
import sampan.linux.net.InternetAddress;
import sampan.linux.tls.TicketKeys;
import sampan.linux.tls.TlsProofs;
import sampan.linux.tls.TlsServer;
import sampan.linux.tls.TlsVersion;

/// Names that are proved by TLS: who comes for the proof is shown it and gets nothing else.
@Timeout(60)
class ProofTest {
    private static final InternetAddress ANY_PORT = new InternetAddress("127.0.0.1", 0);
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    @TempDir static Path directory;

    private static SSLSocket connect(TestCertificates known, int port, String... protocols)
            throws Exception {
        SSLSocket socket =
                (SSLSocket)
                        known.client(Optional.empty())
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("a.example")));
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String shown(SSLSocket socket) throws Exception {
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return String.valueOf(shown.getSubjectAlternativeNames());
    }

    private static Path together(TestCertificates certificates) throws IOException {
        return Files.writeString(
                directory.resolve("both.pem"),
                Files.readString(certificates.file("proof.key"))
                        + Files.readString(certificates.file("proof.pem")));
    }

    @Test
    void aProofIsShownToWhoAsksForItAlone() throws Exception {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.sign("usual", "DNS:usual.example");
        certificates.sign("proof", "DNS:proof.example");
        TlsProofs proofs = new TlsProofs();
        TlsServer server =
                new TlsServer(
                        new TlsServer.Settings(
                                List.of(
                                        new TlsServer.Certificate(
                                                certificates.file("usual.pem"),
                                                certificates.file("usual.key"),
                                                List.of())),
                                TlsVersion.TLS_1_2,
                                TlsServer.ClientCertificates.NONE,
                                Optional.empty(),
                                false),
                        new TicketKeys(),
                        Optional.of(proofs));
        GatewayConfig config =
                ConfigReader.read(
                        "x", "listeners: ['127.0.0.1:0']\nroutes: [{respond: {text: in}}]\n");
        try (TableBuilder builder = new TableBuilder(1);
                Gateway gateway =
                        new Gateway(
                                1,
                                builder.build(config).table(),
                                config.limits(),
                                Optional.empty())) {
            gateway.listen(List.of(new Listener(ANY_PORT, false, false, Optional.of(server))));
            int port = gateway.port(ANY_PORT);
            assertThatThrownBy(() -> connect(certificates, port, "acme-tls/1").close())
                    .isInstanceOf(SSLException.class);
            proofs.offer("A.example", together(certificates));
            try (SSLSocket socket = connect(certificates, port, "acme-tls/1");
                    RawClient client = new RawClient(socket)) {
                assertThat(shown(socket)).contains("proof.example");
                assertThat(socket.getApplicationProtocol()).isEqualTo("acme-tls/1");
                assertThat(client.isEnded()).isTrue();
            }
            try (SSLSocket socket = connect(certificates, port, "acme-tls/1", "http/1.1");
                    RawClient client = new RawClient(socket)) {
                assertThat(shown(socket)).contains("usual.example");
                assertThat(client.send(GET).answer()).startsWith("HTTP/1.1 200");
            }
            proofs.withdraw();
            assertThatThrownBy(() -> connect(certificates, port, "acme-tls/1").close())
                    .isInstanceOf(SSLException.class);
        }
    }
}
