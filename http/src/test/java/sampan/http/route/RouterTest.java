package sampan.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// From path to handler.
class RouterTest {
    private final Router<String> router =
            Router.<String>builder()
                    .add("GET", "/images/json", "list")
                    .add("GET", "/images/{name...}/json", "inspect")
                    .add("DELETE", "/images/{name...}", "remove")
                    .add("GET", "/containers/{id}/json", "container")
                    .build();

    @ParameterizedTest
    @CsvSource({
        "GET, /images/json, list, name, ''",
        "GET, /images/busybox/json, inspect, name, busybox",
        "GET, /images/a/b/c:1/json, inspect, name, a/b/c:1",
        "GET, /images/a%2Fb/json, inspect, name, a/b",
        "GET, /images/json/json, inspect, name, json",
        "DELETE, /images/a/b@sha256:c, remove, name, a/b@sha256:c",
        "GET, /containers/x+y/json, container, id, x+y",
        "GET, /containers/%C3%A4/json, container, id, ä",
    })
    void pathsFindTheirHandler(
            String method, String path, String handler, String name, String value) {
        Router.Match<String> match = router.match(method, path).orElseThrow();
        assertThat(match.handler()).isEqualTo(handler);
        assertThat(match.parameters().getOrDefault(name, "")).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "images/json",
                "/images",
                "/images/",
                "/images//json",
                "/containers/json",
                "/containers//json",
                "/containers/a/b/json",
                "/containers/a/json/",
                "/containers/%/json",
                "/containers/%4/json",
                "/containers/%zz/json",
                "/containers/%00/json",
                "/containers/%ff/json",
                "//containers/a/json",
            })
    void otherPathsFindNone(String path) {
        assertThat(router.match("GET", path)).isEmpty();
    }

    @Test
    void queriesKeepOrderAndRepetition() {
        Query query = Query.parse("a=1&b=x+y%26&a=2&&c").orElseThrow();
        assertThat(query.all("a")).containsExactly("1", "2");
        assertThat(query.first("b")).contains("x y&");
        assertThat(query.first("c")).contains("");
        assertThat(query.first("d")).isEmpty();
        assertThat(Query.parse("a=%f")).isEmpty();
        assertThat(Query.parse("a=1&".repeat(Query.PAIRS_MAX + 1))).isEmpty();
    }
}
