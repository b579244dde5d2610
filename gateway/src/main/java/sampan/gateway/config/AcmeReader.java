package sampan.gateway.config;

import java.net.URI;
import java.util.Optional;
import sampan.errors.SampanException;

/// Reads `acme`.
final class AcmeReader {
    private static final String PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory";
    private static final String STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

    private AcmeReader() {}

    static Optional<AcmeDefinition> read(YamlSection root) {
        return root.section("acme").map(AcmeReader::definition);
    }

    private static AcmeDefinition definition(YamlSection section) {
        AcmeDefinition definition =
                new AcmeDefinition(
                        section.read("server", AcmeReader::server)
                                .orElseThrow(() ->
                                        section.wrong(
                                                "server",
                                                "write letsencrypt, letsencrypt-staging or the"
                                                        + " address of a directory")),
                        section.read("email", AcmeReader::email),
                        section.read("challenge", AcmeReader::isSealed).orElse(false),
                        section.path("directory")
                                .orElseThrow(() ->
                                        section.wrong(
                                                "directory",
                                                "write a directory for keys and certificates"))
                                .normalize(),
                        section.path("authorities"));
        if (!section.flag("agreeToTerms", false)) {
            throw section.wrong("agreeToTerms", "write true once you agree to the server's terms");
        }
        section.end();
        return definition;
    }

    private static URI server(String field, String text) {
        String address =
                switch (text) {
                    case "letsencrypt" -> PRODUCTION;
                    case "letsencrypt-staging" -> STAGING;
                    default -> text;
                };
        try {
            URI uri = URI.create(address);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw SampanException.invalid(field + " \"" + text + "\": write an address with https://");
    }

    private static boolean isSealed(String field, String text) {
        return switch (text) {
            case "http-01" -> false;
            case "tls-alpn-01" -> true;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write http-01 or tls-alpn-01");
        };
    }

    private static String email(String field, String text) {
        if (!text.matches("[^@\\s]{1,64}@[^@\\s]{1,255}")) {
            throw SampanException.invalid(field + " \"" + text + "\": write NAME@HOST");
        }
        return text;
    }
}
