package sampan.gateway.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.auth.IdentityHeaders;
import sampan.gateway.auth.MethodSettings;
import sampan.gateway.auth.Passwords;
import sampan.gateway.auth.Policy;
import sampan.gateway.config.SecurityDefinition.Authentication;
import sampan.gateway.config.SecurityDefinition.ConsumerDefinition;
import sampan.gateway.config.SecurityDefinition.LoginDefinition;
import sampan.gateway.config.SecurityDefinition.RuleDefinition;
import sampan.gateway.wire.Method;

/// The part of [ConfigReader] that reads `consumers`, `authentication`, `authorization` and
/// `audit`.
final class SecurityReader {
    private static final int BURST_MAX = 1_000_000;
    private static final long AUDIT_BYTES = 64L << 20;
    private static final long AUDIT_BYTES_MIN = 64L << 10;

    private SecurityReader() {}

    static SecurityDefinition read(YamlSection root) {
        List<ConsumerDefinition> consumers = consumers(root);
        Optional<YamlSection> found = root.section("authentication");
        Authentication authentication =
                found.map(section -> authentication(section, consumers))
                        .orElse(Authentication.NONE);
        if (found.isEmpty() && !consumers.isEmpty()) {
            throw root.wrong("consumers", "nothing proves them: write authentication too");
        }
        List<String> use =
                found.map(section -> section.texts("use", (_, text) -> text)).orElse(List.of());
        found.ifPresent(section -> {
            section.end();
            known(section, "use", use, authentication.methods().keySet());
        });
        subjects(root, consumers, authentication.methods().keySet());
        Optional<List<RuleDefinition>> rules =
                root.section("authorization").map(SecurityReader::rules);
        Optional<AuditLog.Settings> audit =
                root.sectionOr("audit", "file").map(SecurityReader::audit);
        return new SecurityDefinition(authentication, use, rules, audit);
    }

    static void known(YamlSection section, String key, List<String> names, Set<String> methods) {
        for (String name : names) {
            if (!methods.contains(name)) {
                throw section.wrong(
                        key,
                        "\""
                                + name
                                + "\" is no method of authentication: "
                                + (methods.isEmpty()
                                        ? "there is none"
                                        : "use one of " + String.join(", ", methods)));
            }
        }
    }

    private static void subjects(
            YamlSection root, List<ConsumerDefinition> consumers, Set<String> methods) {
        for (ConsumerDefinition consumer : consumers) {
            for (String subject : consumer.subjects()) {
                String method = subject.substring(0, subject.indexOf(' '));
                known(root, "consumers", List.of(method), methods);
            }
        }
    }

    private static List<ConsumerDefinition> consumers(YamlSection root) {
        List<ConsumerDefinition> consumers = new ArrayList<>();
        Set<String> proofs = new HashSet<>();
        for (Map.Entry<String, YamlSection> entry : root.sections("consumers").entrySet()) {
            YamlSection section = entry.getValue();
            ConsumerDefinition consumer =
                    new ConsumerDefinition(
                            entry.getKey(),
                            new LinkedHashSet<>(section.texts("roles", SecurityReader::word)),
                            section.texts("subjects", SecurityReader::subject),
                            section.texts("apiKeys", SecurityReader::apiKey),
                            section.section("password").map(SecurityReader::login),
                            section.texts("certificates", (_, text) -> text));
            section.end();
            List<String> all = new ArrayList<>(consumer.subjects());
            all.addAll(consumer.apiKeys());
            consumer.certificates().forEach(c -> all.add("certificate " + c));
            consumer.password().ifPresent(p -> all.add("user " + p.user()));
            for (String proof : all) {
                if (!proofs.add(proof)) {
                    throw root.wrong(
                            "consumers",
                            entry.getKey()
                                    + " is proven by what proves another: "
                                    + "give each its own");
                }
            }
            consumers.add(consumer);
        }
        return consumers;
    }

    static String word(String field, String text) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c == ',')) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": write a name without blanks and commas");
        }
        return text;
    }

    private static String subject(String field, String text) {
        int blank = text.indexOf(' ');
        if (blank < 1 || blank == text.length() - 1) {
            throw SampanException.invalid(field + " \"" + text + "\": write METHOD NAME");
        }
        return text;
    }

    // What stands there instead of a hash may be the secret itself: it is not repeated.
    private static String apiKey(String field, String text) {
        if (!text.matches("sha256:[0-9a-f]{64}")) {
            throw SampanException.invalid(
                    field + ": write sha256: and what `printf %s KEY | sha256sum` says");
        }
        return text.substring("sha256:".length());
    }

    private static LoginDefinition login(YamlSection section) {
        String user = section.text("user").orElseThrow(() -> section.wrong("user", "write a name"));
        if (user.isEmpty() || user.indexOf(':') >= 0) {
            throw section.wrong("user", "write a name without a colon");
        }
        String hash = section.text("hash").orElse("");
        String wrong = Passwords.wrong(hash);
        if (!wrong.isEmpty()) {
            throw SampanException.invalid(
                    section.placed("hash") + wrong + ": write a hash of bcrypt or argon2");
        }
        section.end();
        return new LoginDefinition(user, hash);
    }

    private static Authentication authentication(
            YamlSection section, List<ConsumerDefinition> consumers) {
        Map<String, MethodSettings> methods = new LinkedHashMap<>();
        section.sections("methods")
                .forEach((name, method) -> {
                    word("authentication.methods", name);
                    methods.put(name, MethodReader.read(method));
                });
        Optional<YamlSection> failures = section.section("failures");
        double rate = failures.flatMap(f -> f.read("rate", Values::rate)).orElse(10.0);
        int burst = failures.map(f -> f.number("burst", 100, 1, BURST_MAX)).orElse(100);
        failures.ifPresent(YamlSection::end);
        IdentityHeaders.Names headers =
                section.section("headers")
                        .map(SecurityReader::headers)
                        .orElse(IdentityHeaders.Names.NONE);
        return new Authentication(
                consumers, methods, rate, burst, headers, section.flag("strip", false));
    }

    private static IdentityHeaders.Names headers(YamlSection section) {
        Map<String, String> claims = new LinkedHashMap<>();
        section.pairs("claims")
                .forEach((claim, field) ->
                        claims.put(claim, Values.fieldName("claims." + claim, field.orElse(""))));
        IdentityHeaders.Names names =
                new IdentityHeaders.Names(
                        section.read("name", Values::fieldName),
                        section.read("roles", Values::fieldName),
                        section.read("scopes", Values::fieldName),
                        claims);
        section.end();
        return names;
    }

    private static List<RuleDefinition> rules(YamlSection authorization) {
        List<RuleDefinition> rules = new ArrayList<>();
        for (YamlSection section : authorization.list("rules", "")) {
            List<Method> methods = section.texts("methods", Method::named);
            Map<String, Set<String>> claims = new LinkedHashMap<>();
            section.section("claims")
                    .ifPresent(all -> {
                        for (String claim : all.names()) {
                            claims.put(claim, Set.copyOf(all.texts(claim, (_, text) -> text)));
                        }
                    });
            Policy.Demands demands =
                    new Policy.Demands(
                            Set.copyOf(section.texts("consumers", (_, text) -> text)),
                            Set.copyOf(section.texts("roles", SecurityReader::word)),
                            Set.copyOf(section.texts("scopes", SecurityReader::word)),
                            claims);
            boolean anyone = section.flag("anyone", false);
            if (anyone && !demands.equals(Policy.Demands.NONE)) {
                throw section.wrong("anyone", "who is anyone cannot be asked for more");
            }
            Policy.Rule rule =
                    new Policy.Rule(
                            section.text("name").orElse("rule-" + rules.size()),
                            methods.isEmpty() ? Set.of() : EnumSet.copyOf(methods),
                            anyone,
                            demands);
            rules.add(new RuleDefinition(section.texts("routes", (_, text) -> text), rule));
            section.end();
        }
        authorization.end();
        return rules;
    }

    private static AuditLog.Settings audit(YamlSection section) {
        AuditLog.Settings settings =
                new AuditLog.Settings(
                        Path.of(
                                section.text("file")
                                        .orElseThrow(() ->
                                                section.wrong("file", "write a file's name"))),
                        section.read("maxBytes", Values::bytes).orElse(AUDIT_BYTES),
                        section.number("files", 16, 1, 1000),
                        section.text("keyFile").map(Path::of));
        if (settings.bytesMax() < AUDIT_BYTES_MIN) {
            throw section.wrong("maxBytes", "write 64KiB or more");
        }
        section.end();
        return settings;
    }
}
