package sampan.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sampan.gateway.feed.Views;

/// What people see of routes.
class RouteViewsTest {
    @Test
    void expressionsAddressesAndRedirectsAreShown() {
        String text =
                """
                listeners: ["127.0.0.1:0"]
                services: {s: {}}
                routes:
                - name: r
                  service: s
                  hosts: [a.example, "*.b.example", {regex: "c[0-9]"}]
                  allow: [10.0.0.0/8, "::1"]
                  redirects: [{regex: "^http:", to: "https:"}]
                - {name: plain, service: s, hosts: d.example}
                """;
        try (TableBuilder builder = new TableBuilder(1)) {
            List<Object> views = Views.routes(builder.build(ConfigReader.read("x", text)).table());
            Map<?, ?> first = (Map<?, ?>) views.get(0);
            assertThat(first.get("hosts"))
                    .isEqualTo(List.of("a.example", "*.b.example", "~c[0-9]"));
            assertThat(first.get("with"))
                    .isEqualTo(List.of("allow 10.0.0.0/8 ::1", "redirect ~^http: to https:"));
            Map<?, ?> second = (Map<?, ?>) views.get(1);
            assertThat(second.get("hosts")).isEqualTo(List.of("d.example"));
            assertThat(second.get("with")).isEqualTo(List.of());
        }
    }
}
