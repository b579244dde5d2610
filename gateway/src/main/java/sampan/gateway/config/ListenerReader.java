package sampan.gateway.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.gateway.config.GatewayConfig.ListenerDefinition;
import sampan.linux.net.InternetAddress;
import sampan.linux.tls.TlsServer;
import sampan.linux.tls.TlsServer.ClientCertificates;
import sampan.linux.tls.TlsVersion;

/// Reads `listeners`.
final class ListenerReader {
    private static final int CERTIFICATES_MAX = 10_000;
    private static final int NAMES_MAX = 100;

    private ListenerReader() {}

    static List<ListenerDefinition> read(YamlSection root, Optional<AcmeDefinition> acme) {
        List<ListenerDefinition> listeners = new ArrayList<>();
        Set<InternetAddress> addresses = new HashSet<>();
        for (YamlSection section : root.list("listeners", "address")) {
            ListenerDefinition listener = listener(section, acme);
            if (!addresses.add(listener.address())) {
                throw section.wrong("address", "it stands twice: keep one");
            }
            listeners.add(listener);
        }
        return listeners;
    }

    private static ListenerDefinition listener(YamlSection section, Optional<AcmeDefinition> acme) {
        InternetAddress address =
                section.read("address", InternetAddress::parse)
                        .orElseThrow(() -> section.wrong("address", "write HOST:PORT"));
        boolean http2 = section.flag("http2", true);
        boolean proxyProtocol = section.flag("proxyProtocol", false);
        Optional<TlsServer.Settings> tls = section.section("tls").map(s -> tls(s, http2, acme));
        section.end();
        return new ListenerDefinition(address, http2, proxyProtocol, tls);
    }

    private static TlsServer.Settings tls(
            YamlSection section, boolean http2, Optional<AcmeDefinition> acme) {
        List<TlsServer.Certificate> certificates = new ArrayList<>();
        for (YamlSection one : section.list("certificates", "")) {
            Path chain =
                    one.path("chain").orElseThrow(() -> one.wrong("chain", "write a PEM file"));
            Path key = one.path("key").orElseThrow(() -> one.wrong("key", "write a PEM file"));
            certificates.add(
                    new TlsServer.Certificate(chain, key, one.texts("names", Values::host)));
            one.end();
        }
        for (YamlSection one : section.list("acme", "names")) {
            certificates.add(ordered(one, acme));
        }
        if (certificates.isEmpty() || certificates.size() > CERTIFICATES_MAX) {
            throw section.wrong(
                    "certificates",
                    "write 1 to "
                            + CERTIFICATES_MAX
                            + " of them, {chain: FILE, key: FILE}, or acme: [NAME]");
        }
        TlsVersion minimum =
                section.read("minimum", ListenerReader::version).orElse(TlsVersion.TLS_1_2);
        ClientCertificates clients =
                section.read("clientCertificates", ListenerReader::clients)
                        .orElse(ClientCertificates.NONE);
        Optional<Path> authorities = section.path("authorities");
        if ((clients == ClientCertificates.NONE) == authorities.isPresent()) {
            throw section.wrong(
                    "authorities",
                    "it goes with clientCertificates: request or require, and these with it");
        }
        section.end();
        return new TlsServer.Settings(certificates, minimum, clients, authorities, http2);
    }

    /// One that comes by ACME: it is shown under the names that it is ordered for.
    private static TlsServer.Certificate ordered(
            YamlSection section, Optional<AcmeDefinition> acme) {
        List<String> names = section.texts("names", Values::host);
        if (names.isEmpty() || names.size() > NAMES_MAX) {
            throw section.wrong("names", "write 1 to " + NAMES_MAX + " host names");
        }
        for (String name : names) {
            if (!name.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
                throw section.wrong(
                        "names", "\"" + name + "\" cannot be proved so: write a host name");
            }
        }
        Path file =
                acme.orElseThrow(() ->
                                section.wrong(
                                        "names", "write a section acme: {server: …, directory: …}"))
                        .file(names);
        section.end();
        return new TlsServer.Certificate(file, file, names);
    }

    private static TlsVersion version(String field, String text) {
        return switch (text) {
            case "1.2" -> TlsVersion.TLS_1_2;
            case "1.3" -> TlsVersion.TLS_1_3;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write \"1.2\" or \"1.3\"");
        };
    }

    private static ClientCertificates clients(String field, String text) {
        return switch (text) {
            case "none" -> ClientCertificates.NONE;
            case "request" -> ClientCertificates.REQUEST;
            case "require" -> ClientCertificates.REQUIRE;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write none, request or require");
        };
    }
}
