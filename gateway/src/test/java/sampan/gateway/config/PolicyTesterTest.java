package sampan.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTesterTest {
    private static final String CONFIG =
            """
            listeners: ["127.0.0.1:1"]
            consumers: {app: {apiKeys: "sha256:%s"}}
            authentication: {methods: {keys: {apiKey: {}}}, use: keys}
            authorization:
              rules:
              - {name: read, routes: cart, methods: GET, roles: [user, admin]}
              - {name: write, routes: cart, roles: admin, scopes: [w], claims: {t: [a]}}
              - {name: open, routes: web, anyone: true}
            services: {s: {targets: ["nowhere.invalid:1"]}}
            routes:
            - {name: cart, hosts: shop.example, path: /cart, service: s}
            - {name: none, hosts: shop.example, path: /none, service: s, authenticate: none}
            - {name: web, hosts: shop.example, path: /web, service: s}
            """
                    .formatted("0".repeat(64));

    private static List<PolicyTester.Result> run(String cases) {
        return PolicyTester.run(ConfigReader.read("x", CONFIG), "cases", cases);
    }

    @Test
    void saysWhatBecomesOfRequests() {
        List<PolicyTester.Result> results =
                run(
                        """
                        cases:
                        - {request: GET shop.example/cart/1, as: {roles: user}, expect: allow, route: cart, rule: read}
                        - {request: POST shop.example/cart, as: {roles: user}, expect: "403", rule: ""}
                        - {request: POST shop.example/cart, as: {roles: admin, scopes: [w], claims: {t: a}}, expect: allow, rule: write}
                        - {request: POST shop.example/cart, as: {roles: admin, scopes: [w]}, expect: "403"}
                        - {request: GET shop.example/cart, expect: "401"}
                        - {request: GET shop.example/none, as: {roles: admin}, expect: "403"}
                        - {request: GET https://shop.example/web, expect: allow, rule: open}
                        - {request: GET other.example/cart, expect: "404", route: ""}
                        """);
        assertThat(results).hasSize(8).allMatch(result -> result.faults().isEmpty());
    }

    @Test
    void saysWhatIsNotAsExpected() {
        assertThat(run("cases:\n- {request: GET shop.example/cart, expect: allow, route: web}\n"))
                .flatMap(PolicyTester.Result::faults)
                .containsExactly(
                        "decision is \"401\", not \"allow\"", "route is \"cart\", not \"web\"");
    }

    @Test
    void casesThatAreNoneAreRefused() {
        assertThatThrownBy(() -> run("cases:\n- shop.example\n")).hasMessageContaining("request");
        assertThatThrownBy(() -> run("cases:\n- {request: GET a/b, as: {x: y}}\n"))
                .hasMessageContaining("unknown field");
        assertThatThrownBy(() -> run("cases: []\n")).hasMessageContaining("cases");
    }
}
