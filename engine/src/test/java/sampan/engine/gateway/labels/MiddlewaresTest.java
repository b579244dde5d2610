package sampan.engine.gateway.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static sampan.engine.gateway.labels.TranslationTest.container;
import static sampan.engine.gateway.labels.TranslationTest.messages;
import static sampan.engine.gateway.labels.TranslationTest.of;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What Traefik's middlewares come to; more of them stand in [TranslationTest].
class MiddlewaresTest {
    @Test
    void clientsAreSentElsewhereAndLetInAsTraefikDoes() {
        String m = "traefik.http.middlewares.";
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.http.routers.r.rule=Host(`a`)",
                                "traefik.http.routers.r.middlewares=to,in,strip,head",
                                m + "to.redirectregex.regex=^http://(.*)",
                                m + "to.redirectregex.replacement=https://${1}",
                                m + "to.redirectregex.permanent=true",
                                m + "in.ipallowlist.sourcerange=127.0.0.1/32, 192.168.1.7",
                                m + "strip.stripprefixregex.regex=/v[0-9]+/,/api",
                                m + "head.headers.customrequestheaders.X-A={host}"));
        assertThat(messages(found)).isEmpty();
        assertThat(found.routes())
                .containsExactly(
                        Map.of(
                                "name",
                                "r",
                                "hosts",
                                List.of("a"),
                                "service",
                                "c",
                                "redirects",
                                List.of(
                                        Map.of(
                                                "regex", "^http://(.*)",
                                                "to", "https://${1}",
                                                "status", "308")),
                                "allow",
                                List.of("127.0.0.1/32", "192.168.1.7"),
                                "rewrite",
                                Map.of(
                                        "regex",
                                        "^(?:/v[0-9]+/|/api)/*(?<left>.*)$",
                                        "to",
                                        "/${left}"),
                                "request",
                                Map.of("set", Map.of("X-A", "{{host}"))));
    }

    @Test
    void aChainIsItsMembersAndEndsSomewhere() {
        String m = "traefik.http.middlewares.";
        Discovered found =
                of(
                        container(
                                "c",
                                "traefik.http.routers.r.rule=Host(`a`)",
                                "traefik.http.routers.r.middlewares=all",
                                m + "all.chain.middlewares=one,some@docker",
                                m + "some.chain.middlewares=two",
                                m + "one.headers.customrequestheaders.X-A=1",
                                m + "two.headers.customrequestheaders.X-B=2"));
        assertThat(messages(found)).isEmpty();
        assertThat(found.routes().getFirst())
                .containsEntry("request", Map.of("set", Map.of("X-A", "1", "X-B", "2")));
        Discovered endless =
                of(
                        container(
                                "c",
                                "traefik.http.routers.r.rule=Host(`a`)",
                                "traefik.http.routers.r.middlewares=loop",
                                m + "loop.chain.middlewares=loop"));
        assertThat(messages(endless)).singleElement().asString().contains("too deep");
    }
}
