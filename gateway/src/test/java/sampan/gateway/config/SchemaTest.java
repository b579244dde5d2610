package sampan.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The shipped JSON schema names the fields that the reader knows, and no others.
class SchemaTest {
    private final Set<String> compared = new TreeSet<>();

    private static Map<?, ?> schema() throws IOException {
        try (InputStream in =
                SchemaTest.class.getResourceAsStream("/sampan/gateway/gateway.schema.json")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
        }
    }

    private static Map<?, ?> at(Map<?, ?> from, String... path) {
        Map<?, ?> at = from;
        for (String step : path) {
            at = (Map<?, ?>) Objects.requireNonNull(at.get(step), step);
        }
        return at;
    }

    private static Set<String> names(Map<?, ?> schema, String definition) {
        Map<?, ?> properties =
                definition.isEmpty()
                        ? at(schema, "properties")
                        : at(schema, "$defs", definition, "properties");
        Set<String> names = new TreeSet<>();
        properties.keySet().forEach(name -> names.add(name.toString()));
        return names;
    }

    /// The reader tells its fields where it meets an unknown one.
    private static Set<String> known(String text) {
        try {
            ConfigReader.read("x", text);
            throw new AssertionError("was read: " + text);
        } catch (sampan.errors.SampanException e) {
            String message = e.getMessage();
            String list = message.substring(message.indexOf("use one of ") + 11);
            return new TreeSet<>(List.of(list.split(", ")));
        }
    }

    @Test
    void namesTheFieldsOfTheReader() throws IOException {
        Map<?, ?> schema = schema();
        String top = "listeners: ['a:1']\n";
        List<String> wrong = new ArrayList<>();
        compare(wrong, schema, "", top + "x_: 1");
        compare(wrong, schema, "listener", "listeners: [{address: 'a:1', x_: 1}]");
        String sealed = "listeners: [{address: 'a:1', tls: ";
        String pair = "{chain: c, key: k}";
        compare(wrong, schema, "tls", sealed + "{certificates: [" + pair + "], x_: 1}}]");
        compare(
                wrong,
                schema,
                "certificate",
                sealed + "{certificates: [{chain: c, key: k, x_: 1}]}}]");
        compare(
                wrong,
                schema,
                "acme",
                top + "acme: {server: letsencrypt, directory: a, agreeToTerms: true, x_: 1}");
        compare(
                wrong,
                schema,
                "ordered",
                "acme: {server: letsencrypt, directory: a, agreeToTerms: true}\n"
                        + sealed
                        + "{acme: [{names: a.example, x_: 1}]}}]");
        compare(wrong, schema, "limits", top + "limits: {x_: 1}");
        compare(wrong, schema, "service", top + "services: {s: {x_: 1}}");
        compare(wrong, schema, "serviceTls", top + "services: {s: {tls: {serverName: a, x_: 1}}}");
        compare(
                wrong,
                schema,
                "target",
                top + "services: {s: {targets: [{address: 'a:1', x_: 1}]}}");
        compare(wrong, schema, "outlier", top + "services: {s: {outlier: {x_: 1}}}");
        compare(wrong, schema, "sticky", top + "services: {s: {sticky: {x_: 1}}}");
        compare(wrong, schema, "compress", top + "routes: [{service: s, compress: {x_: 1}}]");
        compare(
                wrong,
                schema,
                "routeBasic",
                top
                        + "routes: [{service: s, basic: {users:"
                        + " 'a:$2b$10$abcdefghijklmnopqrstuuPzlE5g3oQOK6Ue8cCcAZ/JFEGnMGZ2m', x_:"
                        + " 1}}]");
        compare(wrong, schema, "cors", top + "routes: [{service: s, cors: {origins: '*', x_: 1}}]");
        compare(
                wrong,
                schema,
                "origin",
                top + "routes: [{service: s, cors: {origins: [{origin: '*', x_: 1}]}}]");
        compare(wrong, schema, "health", top + "services: {s: {health: {x_: 1}}}");
        compare(wrong, schema, "not", top + "routes: [{service: s, not: [{x_: 1}]}]");
        compare(wrong, schema, "breaker", top + "services: {s: {breaker: {x_: 1}}}");
        compare(wrong, schema, "route", top + "routes: [{service: s, x_: 1}]");
        compare(wrong, schema, "path", top + "routes: [{service: s, path: {exact: /, x_: 1}}]");
        compare(wrong, schema, "host", top + "routes: [{service: s, hosts: [{name: a, x_: 1}]}]");
        compare(
                wrong,
                schema,
                "condition",
                top + "routes: [{service: s, headers: {a: {is: a, x_: 1}}}]");
        compare(
                wrong,
                schema,
                "urlRedirect",
                top + "routes: [{service: s, redirects: [{regex: a, to: b, x_: 1}]}]");
        compare(wrong, schema, "share", top + "routes: [{services: [{name: s, x_: 1}]}]");
        compare(
                wrong,
                schema,
                "mirror",
                top + "routes: [{service: s, mirror: {service: s, x_: 1}}]");
        compare(wrong, schema, "redirect", top + "routes: [{redirect: {to: /, x_: 1}}]");
        compare(wrong, schema, "respond", top + "routes: [{respond: {x_: 1}}]");
        compare(wrong, schema, "edits", top + "routes: [{service: s, request: {x_: 1}}]");
        compare(
                wrong,
                schema,
                "limit",
                top + "routes: [{service: s, limits: [{rate: 1/s, x_: 1}]}]");
        compare(wrong, schema, "consumer", top + "consumers: {c: {x_: 1}}");
        compare(wrong, schema, "authentication", top + "authentication: {x_: 1}");
        compare(wrong, schema, "failures", top + "authentication: {failures: {x_: 1}}");
        compare(wrong, schema, "headers", top + "authentication: {headers: {x_: 1}}");
        String methods = top + "authentication: {methods: {m: {";
        compare(wrong, schema, "method", methods + "x_: 1}}}");
        compare(wrong, schema, "apiKey", methods + "apiKey: {x_: 1}}}}");
        compare(wrong, schema, "basic", methods + "basic: {x_: 1}}}}");
        String issuer = "issuers: [{jwks: 'https://a/', ";
        compare(wrong, schema, "issuer", methods + "jwt: {" + issuer + "x_: 1}]}}}}");
        compare(wrong, schema, "jwt", methods + "jwt: {x_: 1, " + issuer + "}]}}}}");
        compare(wrong, schema, "forward", methods + "forward: {uri: 'http://a/', x_: 1}}}}");
        compare(
                wrong,
                schema,
                "login",
                methods
                        + "login: {issuer: a, jwks: 'http://a/', authorize: 'http://a/',"
                        + " token: 'http://a/', clientId: a, clientSecretFile: a,"
                        + " sessionKeyFile: a, callback: 'http://a/b', x_: 1}}}}");
        compare(wrong, schema, "authorization", top + "authorization: {x_: 1}");
        compare(wrong, schema, "rule", top + "authorization: {rules: [{x_: 1}]}");
        compare(wrong, schema, "traces", top + "traces: {otlp: 'http://a', x_: 1}");
        compare(wrong, schema, "hedge", top + "services: {s: {hedge: {x_: 1}}}");
        compare(wrong, schema, "adaptive", top + "services: {s: {adaptive: {x_: 1}}}");
        compare(
                wrong,
                schema,
                "concurrency",
                top + "routes: [{service: s, concurrency: [{max: 1, x_: 1}]}]");
        compare(wrong, schema, "shedding", top + "shedding: {x_: 1}");
        compare(wrong, schema, "redis", top + "redis: {address: 'a:1', x_: 1}");
        compare(
                wrong,
                schema,
                "redisTls",
                top + "redis: {address: 'a:1', tls: {serverName: a, x_: 1}}");
        compare(wrong, schema, "audit", top + "audit: {file: f, x_: 1}");
        compare(
                wrong,
                schema,
                "rewrite",
                top + "routes: [{service: s, rewrite: {regex: a, to: b, x_: 1}}]");
        compare(
                wrong,
                schema,
                "password",
                top
                        + "consumers: {c: {password: {user: a, hash:"
                        + " '$2b$10$abcdefghijklmnopqrstuuPzlE5g3oQOK6Ue8cCcAZ/JFEGnMGZ2m', x_:"
                        + " 1}}}");
        assertThat(wrong).isEmpty();
        // "" is the whole configuration
        assertThat(compared).isEqualTo(definitions(schema));
    }

    private static Set<String> definitions(Map<?, ?> schema) {
        Set<String> names = new TreeSet<>(Set.of(""));
        at(schema, "$defs")
                .forEach((name, definition) -> {
                    if (((Map<?, ?>) definition).containsKey("properties")) {
                        names.add(name.toString());
                    }
                });
        return names;
    }

    private void compare(List<String> wrong, Map<?, ?> schema, String definition, String text) {
        compared.add(definition);
        Set<String> known = known(text);
        Set<String> named = names(schema, definition);
        if (!known.equals(named)) {
            wrong.add(definition + ": reader " + known + ", schema " + named);
        }
    }
}
