package sampan.engine.gateway.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

/// What containers' labels come to.
class TranslationTest {
    static Candidate container(String name, String... labels) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String label : labels) {
            int equals = label.indexOf('=');
            map.put(label.substring(0, equals), label.substring(equals + 1));
        }
        return new Candidate(
                name + "-id",
                name,
                map,
                Map.of("bridge", "10.0.0." + name.length()),
                List.of(8080),
                true);
    }

    static Discovered of(Candidate... candidates) {
        return Translation.of(List.of(candidates));
    }

    static List<String> messages(Discovered discovered) {
        return discovered.problems().stream()
                .map(p -> p.severity() + " " + p.kind() + " " + p.name() + ": " + p.message())
                .toList();
    }

    @Test
    void ourLabelsAreTheFieldsOfTheFile() {
        Discovered found =
                of(
                        container(
                                "c",
                                "sampan.gateway.host=a.example, b.example",
                                "sampan.gateway.path=/api",
                                "sampan.gateway.methods=GET,POST",
                                "sampan.gateway.limits.0.rate=10/s",
                                "sampan.gateway.limits.0.by=address",
                                "sampan.gateway.request.set.X-Shop=1",
                                "sampan.gateway.service=cart",
                                "sampan.gateway.service.breaker.openFor=5s",
                                "sampan.gateway.service.health.path=/healthz",
                                "sampan.gateway.port=9000",
                                "sampan.gateway.weight=3",
                                "sampan.gateway.drain=2s",
                                "sampan.gateway.wake=10s",
                                "sampan.gateway.sleep=1h",
                                "sampan.gateway.routes.admin.host=admin.example",
                                "sampan.gateway.routes.admin.respond.status=403"));
        assertThat(found.problems()).isEmpty();
        assertThat(found.services())
                .containsExactly(
                        Map.entry(
                                "cart",
                                Map.of(
                                        "breaker",
                                        Map.of("openFor", "5s"),
                                        "health",
                                        Map.of("path", "/healthz"),
                                        "wake",
                                        "10s")));
        assertThat(found.members().get("cart"))
                .containsExactly(
                        new Discovered.Member(
                                "c-id", "c", "10.0.0.1:9000", 3, 2000, 3_600_000, true));
        assertThat(found.routes())
                .containsExactly(
                        Map.of(
                                "name",
                                "admin",
                                "hosts",
                                List.of("admin.example"),
                                "respond",
                                Map.of("status", "403")),
                        Map.of(
                                "name",
                                "cart",
                                "hosts",
                                List.of("a.example", "b.example"),
                                "path",
                                "/api",
                                "methods",
                                List.of("GET", "POST"),
                                "limits",
                                List.of(Map.of("rate", "10/s", "by", "address")),
                                "request",
                                Map.of("set", Map.of("X-Shop", "1")),
                                "service",
                                "cart"));
    }

    @Test
    void replicasOfAComposeServiceAreItsTargets() {
        String[] labels = {
            "com.docker.compose.project=shop",
            "com.docker.compose.service=web",
            "sampan.gateway.host=shop.example"
        };
        Discovered found = of(container("one", labels), container("twoo", labels));
        assertThat(found.problems()).isEmpty();
        assertThat(found.routes()).hasSize(1);
        assertThat(found.members().get("shop.web"))
                .extracting(Discovered.Member::address)
                .containsExactly("10.0.0.3:8080", "10.0.0.4:8080");
    }

    @Test
    void aRuleIsASumOfProducts() {
        assertThat(
                        RuleRoutes.of(
                                "(Host(`a`) || Host(`b`)) && (PathPrefix(`/x`) || Method(`GET`)) &&"
                                        + " !(Header(`H`, `v`) || Query(`q`, `1`))"))
                .containsExactly(
                        Map.of(
                                "hosts", List.of("a", "b"),
                                "path", Map.of("prefix", "/x"),
                                "not",
                                        List.of(
                                                Map.of("headers", Map.of("H", "v")),
                                                Map.of("query", Map.of("q", "1")))),
                        Map.of(
                                "hosts", List.of("a", "b"),
                                "methods", List.of("GET"),
                                "not",
                                        List.of(
                                                Map.of("headers", Map.of("H", "v")),
                                                Map.of("query", Map.of("q", "1")))));
        assertThat(
                        RuleRoutes.of(
                                "HostRegexp(`^[^.]+\\.example\\.com$`) && Path(`/a/b`) &&"
                                        + " PathPrefix(`/a`)"))
                .containsExactly(
                        Map.of("hosts", List.of("*.example.com"), "path", Map.of("exact", "/a/b")));
        assertThat(RuleRoutes.of("Host(`a`) || PathPrefix(`/`)")).hasSize(2);
    }

    @Test
    void whatARuleCannotSayIsNamed() {
        for (String rule :
                List.of(
                        "Host(`a`) &&",
                        "Host(a)",
                        "Host(`a`",
                        "Host(`a`) Host(`b`)",
                        "HostSNI(`a`)",
                        "Host(`a`) && Host(`b`)",
                        "Path(`/a`) && Path(`/b`)",
                        "(".repeat(100) + "Host(`a`)",
                        "")) {
            assertThatThrownBy(() -> RuleRoutes.of(rule))
                    .as(rule)
                    .isInstanceOf(SampanException.class)
                    .hasMessageStartingWith("rule");
        }
        String many = "(Host(`a`) || Host(`b`))";
        assertThatThrownBy(() ->
                        RuleRoutes.of(String.join(" && ", java.util.Collections.nCopies(9, many))))
                .hasMessageContaining("alternatives");
    }

    @Test
    void traefiksLabelsAreUnderstood() {
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.enable=true",
                                "traefik.http.routers.api.rule=Host(`a.example`) &&"
                                        + " PathPrefix(`/api`)",
                                "traefik.http.routers.api.entrypoints=web",
                                "traefik.http.routers.api.priority=7",
                                "traefik.http.routers.api.middlewares=strip@docker,lim,hdr,cb,re,fly",
                                "traefik.http.middlewares.strip.stripprefix.prefixes=/api",
                                "traefik.http.middlewares.lim.ratelimit.average=100",
                                "traefik.http.middlewares.lim.ratelimit.period=1m",
                                "traefik.http.middlewares.lim.ratelimit.burst=50",
                                "traefik.http.middlewares.hdr.headers.customrequestheaders.X-A=b",
                                "traefik.http.middlewares.hdr.headers.customresponseheaders.Server=",
                                "traefik.http.middlewares.cb.circuitbreaker.expression=NetworkErrorRatio()"
                                        + " > 0.30 || LatencyAtQuantileMS(75.0) > 250",
                                "traefik.http.middlewares.fly.inflightreq.amount=9",
                                "traefik.http.middlewares.re.retry.attempts=4",
                                "traefik.http.services.app.loadbalancer.server.port=9000",
                                "traefik.http.services.app.loadbalancer.healthcheck.path=/h"));
        assertThat(found.problems()).isEmpty();
        assertThat(found.services().get("app"))
                .isEqualTo(
                        Map.of(
                                "health",
                                Map.of("path", "/h"),
                                "breaker",
                                Map.of("failurePercent", 30, "slow", "250ms", "slowPercent", 25),
                                "retries",
                                "4",
                                "retryOn",
                                "reset"));
        assertThat(found.routes())
                .containsExactly(
                        Map.of(
                                "name", "api",
                                "hosts", List.of("a.example"),
                                "path", Map.of("prefix", "/api"),
                                "service", "app",
                                "rewrite", "/",
                                "concurrency", List.of(Map.of("max", "9")),
                                "limits",
                                        List.of(
                                                Map.of(
                                                        "rate", "100/m",
                                                        "burst", "50",
                                                        "by", "address")),
                                "request", Map.of("set", Map.of("X-A", "b")),
                                "response", Map.of("remove", List.of("Server"))));
        assertThat(found.members().get("app"))
                .extracting(Discovered.Member::address)
                .containsExactly("10.0.0.1:9000");
    }

    @Test
    void traefiksMiddlewaresOfAnswersAreUnderstood() {
        String m = "traefik.http.middlewares.";
        String b = "traefik.http.services.s.loadbalancer.";
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.http.routers.r.rule=Host(`a`)",
                                "traefik.http.routers.r.middlewares=h,z,u,l",
                                m + "h.headers.accessControlAllowOriginList=https://a,https://b",
                                m + "h.headers.accesscontrolalloworiginlistregex=^https://.*\\.c$",
                                m + "h.headers.accesscontrolallowmethods=GET,PUT",
                                m + "h.headers.accesscontrolallowheaders=X-A",
                                m + "h.headers.accesscontrolallowcredentials=true",
                                m + "h.headers.accesscontrolmaxage=100",
                                m + "h.headers.addvaryheader=true",
                                m + "h.headers.stsseconds=60",
                                m + "h.headers.stsincludesubdomains=true",
                                m + "h.headers.framedeny=true",
                                m + "h.headers.customframeoptionsvalue=SAMEORIGIN",
                                m + "h.headers.contenttypenosniff=true",
                                m + "z.compress=true",
                                m + "z.compress.excludedcontenttypes=text/css",
                                m + "u.basicauth.users=ann:$2y$05$x,bob:$2y$05$y",
                                m + "u.basicauth.headerField=X-User",
                                m + "l.buffering.maxResponseBodyBytes=1000",
                                b + "server.port=80",
                                b + "sticky.cookie=true",
                                b + "sticky.cookie.name=at",
                                b + "sticky.cookie.secure=true"));
        assertThat(messages(found)).isEmpty();
        assertThat(found.services().get("s"))
                .containsEntry(
                        "sticky",
                        Map.of(
                                "name", "at",
                                "secure", "true",
                                "httpOnly", "false",
                                "sameSite", "unset"));
        Map<String, Object> route = found.routes().getFirst();
        assertThat(route.get("cors"))
                .isEqualTo(
                        Map.of(
                                "origins",
                                List.of(
                                        "https://a",
                                        "https://b",
                                        Map.of("regex", ".*?(?:^https://.*\\.c$).*")),
                                "methods",
                                List.of("GET", "PUT"),
                                "headers",
                                List.of("X-A"),
                                "credentials",
                                "true",
                                "maxAge",
                                "100"));
        assertThat(route.get("response"))
                .isEqualTo(
                        Map.of(
                                "set",
                                Map.of(
                                        "Strict-Transport-Security",
                                        "max-age=60; includeSubDomains",
                                        "X-Frame-Options",
                                        "SAMEORIGIN",
                                        "X-Content-Type-Options",
                                        "nosniff")));
        assertThat(route.get("compress"))
                .isEqualTo(
                        Map.of(
                                "encodings", List.of("gzip"),
                                "exclude", List.of("text/css"),
                                "bytesMin", "1024"));
        assertThat(route.get("basic"))
                .isEqualTo(
                        Map.of(
                                "users", List.of("ann:$2y$05$x", "bob:$2y$05$y"),
                                "realm", "traefik",
                                "userHeader", "X-User",
                                "strip", "false"));
        assertThat(route).containsEntry("responseMax", "1000");
    }

    @Test
    void aFileOfUsersIsRefusedByName() {
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.http.routers.r.rule=Host(`a`)",
                                "traefik.http.routers.r.middlewares=u",
                                "traefik.http.middlewares.u.basicauth.usersfile=/etc/users"));
        assertThat(messages(found)).singleElement().asString().contains("usersfile");
        assertThat(found.routes()).isEmpty();
    }

    @Test
    void whatIsNotUnderstoodIsAProblemOfItsRouteAlone() {
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.http.routers.good.rule=Host(`a`)",
                                "traefik.http.routers.bad.rule=Host(`b`)",
                                "traefik.http.routers.bad.middlewares=auth",
                                "traefik.http.middlewares.auth.digestauth.users=x",
                                "traefik.tcp.routers.t.rule=HostSNI(`*`)",
                                "sampan.gateway.routes.none.methods=GET",
                                "sampan.gateway.port=99999"));
        assertThat(found.routes()).extracting(route -> route.get("name")).containsExactly("good");
        assertThat(messages(found))
                .anySatisfy(m ->
                        assertThat(m)
                                .startsWith("error route bad: middleware auth (digestauth): not"))
                .anySatisfy(
                        m -> assertThat(m).contains("traefik.tcp.routers.t.rule: not understood"))
                .anySatisfy(m -> assertThat(m).startsWith("error route none: it names no host"))
                .anySatisfy(m -> assertThat(m).contains("port \"99999\""));
    }

    @Test
    void whoWasFirstHolds() {
        Discovered found =
                of(
                        container(
                                "a", "sampan.gateway.routes.r.host=x", "sampan.gateway.service=s"),
                        container(
                                "bb", "sampan.gateway.routes.r.host=y", "sampan.gateway.service=s"),
                        container("ccc", "sampan.gateway.host=x"));
        assertThat(messages(found))
                .anySatisfy(m -> assertThat(m).contains("container bb means another route"))
                .anySatisfy(m -> assertThat(m).contains("same requests as route"));
        assertThat(found.routes()).hasSize(2);
    }

    @Test
    void switchedOffIsNotLookedAt() {
        assertThat(of(container("a", "sampan.gateway.host=x", "sampan.gateway.enable=false")))
                .isEqualTo(new Discovered(Map.of(), Map.of(), List.of(), List.of()));
    }

    @Test
    void aPortThatNobodyNamesIsAProblem() {
        Candidate none =
                new Candidate(
                        "i", "n", Map.of("sampan.gateway.host", "x"), Map.of(), List.of(), true);
        assertThat(messages(of(none)))
                .containsExactly(
                        "error service n: container n exposes no port: add the label"
                                + " sampan.gateway.port");
    }

    @Test
    void whoSleepsMustBeWoken() {
        Discovered found = of(container("c", "sampan.gateway.host=a", "sampan.gateway.sleep=10m"));
        assertThat(messages(found))
                .containsExactly(
                        "error container c: sampan.gateway.sleep: no request would start it again:"
                                + " add sampan.gateway.wake=10s (container c)");
        assertThat(found.members().getOrDefault("c", List.of()).getFirst().sleepMillis()).isZero();
        assertThat(
                        messages(
                                of(
                                        container(
                                                "c",
                                                "sampan.gateway.host=a",
                                                "sampan.gateway.sleep=5ms"))))
                .first()
                .asString()
                .contains("sleep \"5ms\": write a duration such as 500ms or 10s");
    }

    @Test
    void aPathIsRewrittenByAnExpression() {
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.http.routers.a.rule=Host(`a`)",
                                "traefik.http.routers.a.middlewares=m",
                                "traefik.http.middlewares.m.replacepathregex.regex=^/v1/(.*)",
                                "traefik.http.middlewares.m.replacepathregex.replacement=/$1"),
                        container(
                                "d",
                                "sampan.gateway.host=b",
                                "sampan.gateway.rewrite.regex=^/v1/(.*)",
                                "sampan.gateway.rewrite.to=/$1"));
        assertThat(found.problems()).isEmpty();
        assertThat(found.routes())
                .extracting(route -> route.get("rewrite"))
                .containsOnly(Map.of("regex", "^/v1/(.*)", "to", "/$1"));
    }

    @Test
    void expressionsAreFoundAnywhereAsTraefikDoes() {
        assertThat(
                        RuleRoutes.of(
                                "HostRegexp(`^(a|b)\\.c$`) && PathRegexp(`^/v[0-9]`) &&"
                                        + " HeaderRegexp(`H`, `x`) && QueryRegexp(`q`, `^1`) &&"
                                        + " ClientIP(`10.0.0.0/8`, `::1`)"))
                .containsExactly(
                        Map.of(
                                "hosts", List.of(Map.of("regex", ".*?(?:^(a|b)\\.c$).*")),
                                "path", Map.of("regex", ".*?(?:^/v[0-9]).*"),
                                "headers", Map.of("H", Map.of("regex", ".*?(?:x).*")),
                                "query", Map.of("q", Map.of("regex", ".*?(?:^1).*")),
                                "clients", List.of("10.0.0.0/8", "::1")));
    }
}
