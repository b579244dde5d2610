package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.gateway.traces.OtlpReceiver;

/// What tests of traces have in common.
final class Traced {
    static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    static final String SPAN = "00f067aa0ba902b7";
    static final String PARENT = "traceparent: 00-" + TRACE + "-" + SPAN + "-01\r\n";
    static final Pattern TOLD =
            Pattern.compile("traceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-(0[0-3])\r\n");

    private Traced() {}

    static String get(String path, String fields) {
        return "GET " + path + " HTTP/1.1\r\nHost: shop.example:8080\r\n" + fields + "\r\n";
    }

    static String config(OtlpReceiver collector, String more, String... targets) {
        return "traces: {otlp: \""
                + collector.uri()
                + "\", "
                + more
                + "}\nservices: {s: {targets: [\""
                + String.join("\", \"", targets)
                + "\"]}}\nroutes: [{name: cart, path: /cart, service: s}]\n";
    }

    static Matcher told(String head) {
        Matcher matcher = TOLD.matcher(head);
        assertThat(matcher.find()).as(head).isTrue();
        assertThat(TOLD.matcher(head).results().count()).isEqualTo(1);
        return matcher;
    }
}
