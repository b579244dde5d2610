package sampan.gateway.config;

import java.nio.file.Path;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.config.GatewayConfig.DialingDefinition;
import sampan.gateway.routes.Dialing;
import sampan.linux.tls.TlsClient;
import sampan.linux.tls.TlsServer;

/// Reads how a service's targets are spoken to.
final class DialingReader {
    private static final String CLEAR = "h2c";
    private static final String SEALED = "h2";

    private DialingReader() {}

    static DialingDefinition read(YamlSection service) {
        String name = service.read("protocol", DialingReader::known).orElse("h1");
        Dialing.Protocol protocol =
                switch (name) {
                    case "h1" -> Dialing.Protocol.HTTP_1;
                    case "grpc" -> Dialing.Protocol.GRPC;
                    default -> Dialing.Protocol.HTTP_2;
                };
        boolean shared = protocol != Dialing.Protocol.HTTP_1;
        Optional<TlsClient.Settings> tls = service.section("tls").map(s -> tls(s, shared));
        if (name.equals(SEALED) && tls.isEmpty() || name.equals(CLEAR) && tls.isPresent()) {
            throw service.wrong("protocol", "h2 goes with tls, h2c without");
        }
        boolean header = service.flag("proxyProtocol", false);
        if (header && shared) {
            throw service.wrong(
                    "proxyProtocol", "it goes with protocol h1: others share their connections");
        }
        return new DialingDefinition(protocol, tls, header);
    }

    private static String known(String field, String text) {
        return switch (text) {
            case "h1", CLEAR, SEALED, "grpc" -> text;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write h1, h2c, h2 or grpc");
        };
    }

    private static TlsClient.Settings tls(YamlSection section, boolean http2) {
        Optional<Path> authorities = section.path("authorities");
        boolean verifies = section.flag("verify", true);
        String serverName =
                section.read("serverName", Values::host)
                        .orElseThrow(() ->
                                section.wrong("serverName", "write the name in its certificate"));
        Optional<Path> chain = section.path("chain");
        Optional<Path> key = section.path("key");
        if (chain.isPresent() != key.isPresent()) {
            throw section.wrong("chain", "it goes with key, both or none");
        }
        section.end();
        Optional<TlsServer.Certificate> identity =
                chain.flatMap(
                        c -> key.map(k -> new TlsServer.Certificate(c, k, java.util.List.of())));
        return new TlsClient.Settings(authorities, verifies, serverName, identity, http2);
    }
}
