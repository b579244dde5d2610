package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/// What sslscan finds at the listener with TLS.
@Tag("system")
@Timeout(120)
class TlsScanTest {
    @TempDir static Path directory;

    private static List<Element> all(Document document, String name) {
        var found = document.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static Document scan(int port) throws Exception {
        Tool.Ended scan =
                Tool.run(
                                directory,
                                List.of(
                                        "sslscan",
                                        "--xml=-",
                                        "--show-sigs",
                                        "--timeout=30",
                                        "localhost:" + port))
                        .expectSuccess();
        String xml = scan.text().substring(scan.text().indexOf("<?xml"));
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void onlyWhatIsStrongIsOffered() throws Exception {
        try (GatewayProcess gateway =
                new GatewayProcess(directory, "routes: [{path: /, respond: {text: hi}}]\n")) {
            Document found = scan(gateway.sealed());
            assertThat(all(found, "protocol"))
                    .hasSize(6)
                    .filteredOn(protocol -> protocol.getAttribute("enabled").equals("1"))
                    .extracting(protocol -> protocol.getAttribute("version"))
                    .containsExactly("1.2", "1.3");
            assertThat(all(found, "cipher"))
                    .hasSizeGreaterThanOrEqualTo(6)
                    .extracting(cipher -> cipher.getAttribute("cipher"))
                    .allMatch(name -> name.matches("(TLS|ECDHE)[-_].*(GCM|POLY1305).*"));
            // Finite fields are work that clients could ask for at no price.
            assertThat(all(found, "group"))
                    .isNotEmpty()
                    .extracting(group -> group.getAttribute("name"))
                    .noneMatch(name -> name.startsWith("ffdhe"));
            assertThat(all(found, "renegotiation"))
                    .allMatch(element -> element.getAttribute("supported").equals("0"));
            assertThat(all(found, "compression"))
                    .allMatch(element -> element.getAttribute("supported").equals("0"));
            assertThat(all(found, "heartbleed"))
                    .isNotEmpty()
                    .allMatch(element -> element.getAttribute("vulnerable").equals("0"));
        }
    }

    @Test
    void theClientChoosesOfTheProtocolsThatAreServed() throws Exception {
        try (GatewayProcess gateway =
                new GatewayProcess(directory, "routes: [{path: /, respond: {text: hi}}]\n")) {
            assertThat(agreed(gateway.sealed(), "h2,http/1.1")).contains("ALPN protocol: h2");
            assertThat(agreed(gateway.sealed(), "http/1.1,h2")).contains("ALPN protocol: ");
            assertThat(agreed(gateway.sealed(), "http/1.1")).contains("ALPN protocol: http/1.1");
            assertThat(agreed(gateway.sealed(), "spdy/3")).doesNotContain("ALPN protocol: spdy");
        }
    }

    private static String agreed(int port, String protocols) throws Exception {
        return Tool.run(
                        directory,
                        List.of(
                                "sh",
                                "-c",
                                "openssl s_client -connect localhost:"
                                        + port
                                        + " -alpn "
                                        + protocols
                                        + " </dev/null"))
                .text();
    }
}
