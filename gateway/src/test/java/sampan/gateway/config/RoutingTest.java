package sampan.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// Which route a request takes.
class RoutingTest {
    private static final String TOP = "listeners: [\"127.0.0.1:0\"]\nservices: {s: {}}\nroutes:\n";
    private final RequestHead head = new RequestHead();
    private final RequestView view = new RequestView(head);
    private final RoutingTable.Room room = new RoutingTable.Room();

    private static RoutingTable table(String... routes) {
        String text =
                TOP
                        + IntStream.range(0, routes.length)
                                .mapToObj(i -> "- {service: s, " + routes[i] + "}\n")
                                .collect(Collectors.joining());
        return new TableBuilder(1).build(ConfigReader.read("test.yaml", text)).table();
    }

    private String route(RoutingTable table, String line, String... fields) {
        StringBuilder raw = new StringBuilder(line).append(" HTTP/1.1\r\n");
        for (String field : fields) {
            raw.append(field).append("\r\n");
        }
        byte[] bytes = Octets.ascii(raw + "\r\n");
        long at = Memory.allocate(bytes.length + 8L);
        Memory.copy(bytes, at);
        assertThat(head.read(at, 0, Head.findEnd(at, 0, bytes.length))).isEqualTo(Refusal.NONE);
        long client = Memory.allocate(16);
        Memory.copy(Octets.ascii("10.0.0.1"), client);
        view.begin(client, 8);
        Route found = table.find(view, room);
        return found == null ? "none" : found.name();
    }

    @Test
    void exactThenExpressionThenLongestPrefix() {
        RoutingTable table =
                table(
                        "name: all",
                        "name: a, path: /a",
                        "name: ab, path: {prefix: /a/b/}",
                        "name: regex, path: {regex: '/a/b/[0-9]+'}",
                        "name: exact, path: {exact: /a/b/7}");
        assertThat(route(table, "GET /", "Host: h")).isEqualTo("all");
        assertThat(route(table, "GET /a", "Host: h")).isEqualTo("a");
        assertThat(route(table, "GET /a/", "Host: h")).isEqualTo("a");
        assertThat(route(table, "GET /ab", "Host: h")).isEqualTo("all");
        assertThat(route(table, "GET /a/b", "Host: h")).isEqualTo("ab");
        assertThat(route(table, "GET /a/b/x/y?z", "Host: h")).isEqualTo("ab");
        assertThat(route(table, "GET /a/b/8", "Host: h")).isEqualTo("regex");
        assertThat(route(table, "GET /a/b/7", "Host: h")).isEqualTo("exact");
    }

    /// What a server decodes and joins must not lead around a rule.
    @Test
    void pathsInDisguiseTakeTheSameRoute() {
        RoutingTable table = table("name: all", "name: admin, path: /admin");
        assertThat(route(table, "GET /%61dmin/x", "Host: h")).isEqualTo("admin");
        assertThat(route(table, "GET //admin", "Host: h")).isEqualTo("admin");
        assertThat(route(table, "GET /admin%2Fx", "Host: h")).isEqualTo("all");
    }

    @Test
    void hostsExactThenWildcardThenAny() {
        RoutingTable table =
                table(
                        "name: any",
                        "name: exact, hosts: a.example, path: /x",
                        "name: wild, hosts: ['*.example']",
                        "name: deep, hosts: ['*.b.example']",
                        "name: six, hosts: '[::1]'");
        assertThat(route(table, "GET /x", "Host: A.Example:8080")).isEqualTo("exact");
        assertThat(route(table, "GET /x", "Host: a.example.")).isEqualTo("exact");
        assertThat(route(table, "GET /y", "Host: a.example")).isEqualTo("wild");
        assertThat(route(table, "GET /y", "Host: x.b.example")).isEqualTo("deep");
        assertThat(route(table, "GET /y", "Host: example")).isEqualTo("any");
        assertThat(route(table, "GET /y", "Host: [::1]:80")).isEqualTo("six");
    }

    @Test
    void whoAsksForMoreGoesFirst() {
        RoutingTable table =
                table(
                        "name: plain, path: /a",
                        "name: post, path: /a, methods: POST",
                        "name: canary, path: /a, headers: {X-Canary: '1'}",
                        "name: both, path: /a, methods: [POST], headers: {X-Canary: '1'}",
                        "name: any, path: /b, headers: {X-Any: }",
                        "name: query, path: /b, query: {v: '2'}",
                        "name: cookie, path: /b, cookies: {beta: 'yes'}");
        assertThat(route(table, "GET /a", "Host: h")).isEqualTo("plain");
        assertThat(route(table, "POST /a", "Host: h")).isEqualTo("post");
        assertThat(route(table, "GET /a", "Host: h", "x-canary: 1")).isEqualTo("canary");
        assertThat(route(table, "GET /a", "Host: h", "x-canary: 2")).isEqualTo("plain");
        assertThat(route(table, "POST /a", "Host: h", "X-Canary: 1")).isEqualTo("both");
        assertThat(route(table, "GET /b", "Host: h", "X-Any: x")).isEqualTo("any");
        assertThat(route(table, "GET /b?u=1&v=2", "Host: h")).isEqualTo("query");
        assertThat(route(table, "GET /b?vv=2", "Host: h")).isEqualTo("none");
        assertThat(route(table, "GET /b", "Host: h", "Cookie: a=b; beta=yes")).isEqualTo("cookie");
        assertThat(route(table, "GET /b", "Host: h", "Cookie: xbeta=yes")).isEqualTo("none");
    }

    @Test
    void whatARouteIsNot() {
        RoutingTable table =
                table(
                        "name: not, path: /a, not: [{hosts: ['b', '*.c']}, {path: /a/secret},"
                                + " {methods: [DELETE]}, {headers: {X-A: '1'}, query: {q: }}]",
                        "name: rest");
        assertThat(route(table, "GET /a/b", "Host: x")).isEqualTo("not");
        assertThat(route(table, "GET /a/secretly", "Host: x")).isEqualTo("not");
        assertThat(route(table, "GET /a/secret/x", "Host: x")).isEqualTo("rest");
        assertThat(route(table, "GET /a", "Host: B:80")).isEqualTo("rest");
        assertThat(route(table, "GET /a", "Host: d.c")).isEqualTo("rest");
        assertThat(route(table, "DELETE /a", "Host: x")).isEqualTo("rest");
        assertThat(route(table, "GET /a", "Host: x", "X-A: 1")).isEqualTo("not");
        assertThat(route(table, "GET /a?q", "Host: x", "X-A: 1")).isEqualTo("rest");
    }

    @Test
    void expressionsOfHostsHeadersQueriesAndCookies() {
        RoutingTable table =
                table(
                        "name: host, hosts: [a, {regex: 'shop-[0-9]+\\.example'}]",
                        "name: header, headers: {X-A: {regex: 'v[12]'}}",
                        "name: query, query: {q: {regex: '.*7.*'}}",
                        "name: cookie, cookies: {c: {regex: '[a-f]+'}}",
                        "name: not, path: /not, not: [{hosts: [{regex: 'b.*'}]}]",
                        "name: rest");
        assertThat(route(table, "GET /", "Host: Shop-12.example:8080")).isEqualTo("host");
        assertThat(route(table, "GET /", "Host: A")).isEqualTo("host");
        assertThat(route(table, "GET /", "Host: shop-x.example")).isEqualTo("rest");
        assertThat(route(table, "GET /", "Host: xshop-1.example")).isEqualTo("rest");
        assertThat(route(table, "GET /", "Host: h", "x-a: v2")).isEqualTo("header");
        assertThat(route(table, "GET /", "Host: h", "x-a: v22")).isEqualTo("rest");
        assertThat(route(table, "GET /?q=173", "Host: h")).isEqualTo("query");
        assertThat(route(table, "GET /?q=13", "Host: h")).isEqualTo("rest");
        assertThat(route(table, "GET /", "Host: h", "Cookie: c=abc")).isEqualTo("cookie");
        assertThat(route(table, "GET /", "Host: h", "Cookie: c=abz")).isEqualTo("rest");
        assertThat(route(table, "GET /not", "Host: c")).isEqualTo("not");
        assertThat(route(table, "GET /not", "Host: BB")).isEqualTo("rest");
    }

    @Test
    void clientsByTheirAddresses() {
        RoutingTable table =
                table(
                        "name: four, clients: [10.1.0.0/16, 192.0.2.7]",
                        "name: six, clients: ['2001:db8::/33', '::1']",
                        "name: rest");
        assertThat(from(table, "10.1.255.9")).isEqualTo("four");
        assertThat(from(table, "10.2.0.1")).isEqualTo("rest");
        assertThat(from(table, "192.0.2.7")).isEqualTo("four");
        assertThat(from(table, "192.0.2.8")).isEqualTo("rest");
        assertThat(from(table, "2001:db8:7fff::1")).isEqualTo("six");
        assertThat(from(table, "2001:db8:8000::1")).isEqualTo("rest");
        assertThat(from(table, "2001:db8:1:2:3:4:5:6")).isEqualTo("six");
        assertThat(from(table, "::1")).isEqualTo("six");
        assertThat(from(table, "::")).isEqualTo("rest");
        assertThat(from(table, "1::1")).isEqualTo("rest");
        RoutingTable all = table("name: four, clients: 0.0.0.0/0", "name: six, clients: '::/0'");
        assertThat(from(all, "255.255.255.255")).isEqualTo("four");
        assertThat(from(all, "fe80::1")).isEqualTo("six");
    }

    private String from(RoutingTable table, String address) {
        assertThat(route(table, "GET /", "Host: h")).isNotEqualTo("none");
        long client = Memory.allocate(address.length());
        Memory.copy(Octets.ascii(address), client);
        view.begin(client, address.length());
        Route found = table.find(view, room);
        return found == null ? "none" : found.name();
    }

    @Test
    void aThousandRoutes() {
        String[] routes =
                IntStream.range(0, 1000)
                        .mapToObj(i -> "name: r" + i + ", hosts: h" + i % 10 + ", path: /p/" + i)
                        .toArray(String[]::new);
        RoutingTable table = table(routes);
        for (int i = 0; i < 1000; i += 37) {
            assertThat(route(table, "GET /p/" + i + "/x", "Host: h" + i % 10)).isEqualTo("r" + i);
            assertThat(route(table, "GET /p/" + i, "Host: other")).isEqualTo("none");
        }
    }

    @Test
    void anExpressionThatTakesForEverDoesNotMatch() {
        RoutingTable table = table("name: evil, path: {regex: '(/a*)*b'}", "name: all");
        assertThat(route(table, "GET /" + "a".repeat(5000) + "c", "Host: h")).isEqualTo("all");
        assertThat(route(table, "GET /aab", "Host: h")).isEqualTo("evil");
    }
}
