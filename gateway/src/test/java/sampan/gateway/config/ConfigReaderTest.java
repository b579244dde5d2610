package sampan.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.errors.SampanException;

class ConfigReaderTest {
    private static final String TOP = "listeners: [\"127.0.0.1:80\"]\nservices: {s: {}}\n";

    /// A file, and what is said about it.
    record Wrong(String text, String message) {}

    static List<Wrong> wrong() {
        return List.of(
                new Wrong("", "g.yaml: it is empty"),
                new Wrong("a: [", "g.yaml:1: no valid YAML"),
                new Wrong("listeners: []", "g.yaml:1: listeners: none is named"),
                new Wrong(
                        "listeners: [80]",
                        "g.yaml:1: listeners[0].address \"80\": write HOST:PORT"),
                new Wrong(TOP + "typo: 1", "g.yaml:3: typo: unknown field: use one of accessLog"),
                new Wrong(TOP + "loops: 0", "g.yaml:3: loops \"0\": write a number from 1 to 256"),
                new Wrong(TOP + "loops: 1\nloops: 2", "g.yaml:4: loops"),
                new Wrong(TOP + "forwarded: x", "g.yaml:3: forwarded \"x\": write replace"),
                new Wrong(
                        TOP + "limits:\n  headBytes: 99999",
                        "g.yaml:4: limits.headBytes \"99999\": write a number from 1024 to 32768"),
                new Wrong(
                        TOP + "limits: {headTimeout: 5}", "limits.headTimeout \"5\": write a dur"),
                new Wrong(TOP + "limits: {buffers: 1MB}", "limits.buffers \"1MB\": write a size"),
                new Wrong(TOP + "routes: x", "g.yaml:3: routes \"x\": write a list"),
                new Wrong(TOP + "routes:\n- {}", "routes[0].service: write one of service"),
                new Wrong(
                        TOP + "routes:\n- {service: t}",
                        "route \"route-0\" names service \"t\", there is s"),
                new Wrong(
                        TOP + "routes:\n- {service: s, redirect: /x}",
                        "g.yaml:4: routes[0].services: write one of"),
                new Wrong(
                        TOP + "routes:\n- service: s\n  path: x",
                        "g.yaml:5: routes[0].path.prefix \"x\": write a path"),
                new Wrong(
                        TOP + "routes:\n- {service: s, path: {exact: /a, prefix: /b}}",
                        "routes[0].path: write one of exact, prefix and regex"),
                new Wrong(
                        TOP + "routes:\n- {service: s, path: {regex: '('}}",
                        "routes[0].path.regex \"(\": Unclosed group: mend"),
                new Wrong(
                        TOP + "routes:\n- {service: s, hosts: [{regex: '('}]}",
                        "routes[0].hosts[0].regex \"(\": Unclosed group: mend"),
                new Wrong(
                        TOP + "routes:\n- {service: s, headers: {a: {is: b, regex: c}}}",
                        "routes[0].headers.a.regex \"c\": write a text or {regex: …}"),
                new Wrong(
                        TOP + "routes:\n- {service: s, allow: [10.0.0.0/33]}",
                        "routes[0].allow[0] \"10.0.0.0/33\": write an address or a block"),
                new Wrong(
                        TOP + "routes:\n- {service: s, allow: [localhost]}",
                        "routes[0].allow[0] \"localhost\": write an address or a block"),
                new Wrong(
                        TOP + "routes:\n- {service: s, redirects: [{regex: a, to: \"b c\"}]}",
                        "routes[0].redirects[0].to \"b c\": write an address, percent-encoded"),
                new Wrong(
                        TOP + "routes:\n- {service: s, rewrite: {regex: a}}",
                        "routes[0].rewrite.to: it is missing"),
                new Wrong(
                        TOP + "routes:\n- {service: s, rewrite: {path: /a, regex: a, to: /b}}",
                        "routes[0].rewrite.regex \"a\": write regex and to, or a path"),
                new Wrong(
                        TOP + "routes:\n- {service: s, rewrite: {regex: (a), to: /$2}}",
                        "routes[0].rewrite.to \"/$2\": the expression has no group 2: it has 1"),
                new Wrong(
                        TOP + "routes:\n- {service: s, rewrite: {regex: (a), to: '/${n}'}}",
                        "the expression has no group n"),
                new Wrong(
                        TOP + "routes:\n- {service: s, rewrite: {regex: a, to: /b?c}}",
                        "routes[0].rewrite.to \"/b?c\": write a path"),
                new Wrong(
                        TOP + "routes:\n- {redirect: /x, rewrite: /y}",
                        "routes[0].rewrite \"/y\": it goes with a service only"),
                new Wrong(
                        TOP + "routes:\n- {service: s, methods: [FETCH]}",
                        "routes[0].methods[0] \"FETCH\": use GET"),
                new Wrong(
                        TOP + "routes:\n- {service: s, hosts: ['a b']}",
                        "routes[0].hosts[0].name \"a b\": write a host name"),
                new Wrong(
                        TOP + "routes:\n- {service: s, name: a}\n- {service: s, name: a}",
                        "two are named \"a\""),
                new Wrong(
                        TOP + "routes:\n- {service: s, request: {set: {Content-Length: 1}}}",
                        "header Content-Length frames the message"),
                new Wrong(
                        TOP + "routes:\n- {service: s, request: {add: {\"X\": \"a\\r\\nB: c\"}}}",
                        "write a header's value without control characters"),
                new Wrong(
                        TOP + "routes:\n- {service: s, limits: [{rate: fast}]}",
                        "routes[0].limits[0].rate \"fast\": write a rate"),
                new Wrong(
                        TOP + "routes:\n- {service: s, limits: [{rate: 1/s, by: user}]}",
                        "routes[0].limits[0].by \"user\": write address, path"),
                new Wrong(
                        TOP + "routes:\n- {redirect: {to: /x, status: 200}}",
                        "routes[0].redirect.status \"200\": write 301"),
                new Wrong(
                        "listeners: [\"a:1\"]\nservices: {s: {balance: random}}",
                        "g.yaml:2: services.s.balance \"random\": use roundRobin"),
                new Wrong(
                        "listeners: [\"a:1\"]\nservices: {s: {hashBy: path}}",
                        "services.s.hashBy \"path\": it goes with balance: consistentHash only"),
                new Wrong(
                        "listeners: [\"a:1\"]\nservices: {s: {targets: [x]}}",
                        "services.s.targets[0].address \"x\": write HOST:PORT"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void saysWhereAndWhatIsWrong(Wrong wrong) {
        assertThatThrownBy(() -> ConfigReader.read("g.yaml", wrong.text()))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(wrong.message());
    }

    @Test
    void aWholeFile() {
        GatewayConfig config =
                ConfigReader.read(
                        "g.yaml",
                        """
                        listeners: ["0.0.0.0:8080", "[::]:8080"]
                        admin: 127.0.0.1:9901
                        loops: 2
                        via: sampan
                        forwarded: append
                        limits: {headBytes: 8192, idleTimeout: 2m, buffers: 64MiB}
                        services:
                          cart:
                            targets: ["10.0.0.1:80", {address: "10.0.0.2:80", weight: 3}]
                            balance: consistentHash
                            hashBy: cookie:sid
                            outlier: {failures: 3, ejectFor: 30s}
                            breaker: {failurePercent: 40, openFor: 10s}
                        routes:
                          - name: shop
                            hosts: [shop.example, "*.shop.example"]
                            path: /cart
                            methods: [GET, POST]
                            services: [cart, {name: cart, weight: 0}]
                            rewrite: /
                            request: {set: {X-A: b}, remove: [Cookie]}
                            response: {add: {X-C: d}}
                            timeout: 30s
                            bodyMax: 10MiB
                            limits: [{rate: 100/m, burst: 5, by: "header:X-User"}]
                          - {name: old, path: {exact: /old}, redirect: "https://{host}{path}"}
                          - {name: up, path: /up, respond: {status: 200, text: fine}}
                        """);
        assertThat(config.listeners()).hasSize(2);
        assertThat(config.services().getFirst().targets().get(1).weight()).isEqualTo(3);
        assertThat(config.routes()).hasSize(3);
        assertThat(config.routes().getFirst().limits().getFirst().burst()).isEqualTo(5);
        assertThat(config.limits().headBytesMax()).isEqualTo(8192);
    }
}
