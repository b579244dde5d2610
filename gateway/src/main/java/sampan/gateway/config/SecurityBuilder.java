package sampan.gateway.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.auth.AuthFilter;
import sampan.gateway.auth.AuthMethod;
import sampan.gateway.auth.Consumers;
import sampan.gateway.auth.Failures;
import sampan.gateway.auth.IdentityHeaders;
import sampan.gateway.auth.MethodBuilder;
import sampan.gateway.auth.MethodSettings;
import sampan.gateway.auth.Policy;
import sampan.gateway.config.SecurityDefinition.Authentication;
import sampan.gateway.config.SecurityDefinition.ConsumerDefinition;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Identity.Consumer;

/// Makes the filters that authenticate and authorize. Methods, with the keys and credentials that
/// they know, go on as long as what they are made of stays the same. Not thread-safe.
final class SecurityBuilder {
    private record Parts(
            Map<String, AuthMethod> methods, Failures failures, IdentityHeaders headers) {}

    /// Users of one route.
    private record Own(
            BasicReader.BasicDefinition of,
            IdentityHeaders.Names names,
            AuthMethod method,
            Failures failures,
            IdentityHeaders headers) {}

    private final Map<String, Own> owns = new HashMap<>();
    private final int loops;
    private Authentication authentication = Authentication.NONE;
    private Parts parts =
            new Parts(
                    Map.of(), new Failures(1, 1), new IdentityHeaders(IdentityHeaders.Names.NONE));
    private Map<String, RouteStats> stats = new LinkedHashMap<>();

    SecurityBuilder(int loops) {
        this.loops = loops;
    }

    /// Takes over a definition; where it fails, what was before stays.
    void take(SecurityDefinition definition) {
        if (definition.authentication().equals(authentication)) {
            return;
        }
        Authentication next = definition.authentication();
        Map<String, RouteStats> nextStats = new LinkedHashMap<>();
        IdentityHeaders headers = new IdentityHeaders(next.headers());
        Consumers consumers = consumers(next.consumers(), headers, nextStats);
        Failures failures = new Failures(next.failuresPerSecond(), next.failuresBurst());
        Map<String, AuthMethod> methods = new LinkedHashMap<>();
        next.methods()
                .forEach((name, settings) ->
                        methods.put(
                                name, MethodBuilder.build(name, settings, consumers, failures)));
        parts = new Parts(methods, failures, headers);
        authentication = next;
        stats = nextStats;
    }

    private Consumers consumers(
            List<ConsumerDefinition> definitions,
            IdentityHeaders headers,
            Map<String, RouteStats> nextStats) {
        Map<String, Consumer> subjects = new HashMap<>();
        Map<String, Consumer> keys = new HashMap<>();
        Map<String, Consumers.Login> passwords = new HashMap<>();
        Map<String, Consumer> certificates = new HashMap<>();
        for (ConsumerDefinition definition : definitions) {
            RouteStats known = stats.get(definition.name());
            RouteStats counters = known != null ? known : new RouteStats(definition.name(), loops);
            nextStats.put(definition.name(), counters);
            Consumer consumer = new Consumer(definition.name(), definition.roles(), counters);
            definition.subjects().forEach(subject -> subjects.put(subject, consumer));
            definition.apiKeys().forEach(key -> keys.put(key, consumer));
            definition.certificates().forEach(c -> certificates.put(c, consumer));
            definition
                    .password()
                    .ifPresent(
                            p -> passwords.put(p.user(), new Consumers.Login(consumer, p.hash())));
        }
        return new Consumers(subjects, keys, passwords, certificates, headers);
    }

    /// Counters of the consumers that the configuration names.
    List<RouteStats> stats() {
        return List.copyOf(stats.values());
    }

    /// The filter of a route, none where anybody may do everything.
    Optional<AuthFilter> filter(
            SecurityDefinition definition, String route, Optional<List<String>> authenticate) {
        List<AuthMethod> methods = new ArrayList<>();
        for (String name : authenticate.orElse(definition.use())) {
            methods.add(Objects.requireNonNull(parts.methods().get(name)));
        }
        boolean open = methods.isEmpty() && definition.rules().isEmpty();
        if (open && parts.headers().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new AuthFilter(
                        methods,
                        open ? Policy.ANYONE : policy(definition, route),
                        parts.failures(),
                        parts.headers(),
                        authentication.strips()));
    }

    /// The filter of a route with users of its own. What they have proven is remembered as long as
    /// the definition stays the same.
    AuthFilter filter(
            SecurityDefinition definition, String route, BasicReader.BasicDefinition basic) {
        Own own = owns.get(route);
        if (own == null || !own.of.equals(basic) || !own.names.equals(authentication.headers())) {
            own = own(route, basic);
        }
        owns.put(route, own);
        return new AuthFilter(
                List.of(own.method),
                policy(definition, route),
                own.failures,
                own.headers,
                basic.strips());
    }

    private Own own(String route, BasicReader.BasicDefinition basic) {
        IdentityHeaders headers =
                new IdentityHeaders(
                        new IdentityHeaders.Names(
                                basic.header().or(authentication.headers()::name),
                                Optional.empty(),
                                Optional.empty(),
                                Map.of()),
                        authentication.headers());
        Map<String, Consumers.Login> logins = new HashMap<>();
        basic.users()
                .forEach((user, hash) ->
                        logins.put(
                                user,
                                new Consumers.Login(
                                        new Consumer(user, Set.of(), new RouteStats(user, loops)),
                                        hash)));
        Failures failures =
                new Failures(
                        Authentication.NONE.failuresPerSecond(),
                        Authentication.NONE.failuresBurst());
        AuthMethod method =
                MethodBuilder.build(
                        "basic of " + route,
                        new MethodSettings.Basic(basic.realm()),
                        new Consumers(Map.of(), Map.of(), logins, Map.of(), headers),
                        failures);
        return new Own(basic, authentication.headers(), method, failures, headers);
    }

    /// Forgets the users of routes that there are no more.
    void retain(Set<String> routes) {
        owns.keySet().retainAll(routes);
    }

    private static Policy policy(SecurityDefinition definition, String route) {
        return definition
                .rules()
                .map(all ->
                        new Policy(
                                all.stream()
                                        .filter(r ->
                                                r.routes().isEmpty() || r.routes().contains(route))
                                        .map(SecurityDefinition.RuleDefinition::rule)
                                        .toList()))
                .orElse(Policy.ANY_IDENTITY);
    }

    /// Whether rules name routes that there are.
    static Optional<String> unknownRoute(SecurityDefinition definition, Set<String> routes) {
        return definition.rules().orElse(List.of()).stream()
                .flatMap(rule -> rule.routes().stream())
                .filter(route -> !routes.contains(route))
                .findFirst();
    }
}
