package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/// The fields of answers that Traefik's `headers` middleware has names of its own for.
final class SecurityHeaders {
    /// A field line.
    record Line(String name, String value) {}

    private static final String TRUE = "true";
    private static final String FALSE = "false";

    private SecurityHeaders() {}

    /// @param take takes a value by its name, and what it is unless told
    static List<Line> of(BinaryOperator<String> take) {
        List<Line> lines = new ArrayList<>();
        strictTransport(take, lines);
        if (take.apply("framedeny", FALSE).equals(TRUE)) {
            lines.add(new Line("X-Frame-Options", "DENY"));
        }
        if (take.apply("contenttypenosniff", FALSE).equals(TRUE)) {
            lines.add(new Line("X-Content-Type-Options", "nosniff"));
        }
        if (take.apply("browserxssfilter", FALSE).equals(TRUE)) {
            lines.add(new Line("X-XSS-Protection", "1; mode=block"));
        }
        for (String[] pair :
                new String[][] {
                    {"customframeoptionsvalue", "X-Frame-Options"},
                    {"custombrowserxssvalue", "X-XSS-Protection"},
                    {"contentsecuritypolicy", "Content-Security-Policy"},
                    {"contentsecuritypolicyreportonly", "Content-Security-Policy-Report-Only"},
                    {"referrerpolicy", "Referrer-Policy"},
                    {"permissionspolicy", "Permissions-Policy"}
                }) {
            String value = take.apply(pair[0], "");
            if (!value.isEmpty()) {
                // A value of one's own goes before the usual one.
                lines.removeIf(line -> line.name().equals(pair[1]));
                lines.add(new Line(pair[1], value));
            }
        }
        return lines;
    }

    private static void strictTransport(BinaryOperator<String> take, List<Line> lines) {
        String seconds = take.apply("stsseconds", "0");
        String below = take.apply("stsincludesubdomains", FALSE);
        String preload = take.apply("stspreload", FALSE);
        // It stands on every answer here; browsers read it on those that came by TLS only.
        String _ = take.apply("forcestsheader", FALSE);
        if (!seconds.equals("0")) {
            lines.add(
                    new Line(
                            "Strict-Transport-Security",
                            "max-age="
                                    + Translation.number(
                                            "stsseconds", seconds, 1, Integer.MAX_VALUE)
                                    + (below.equals(TRUE) ? "; includeSubDomains" : "")
                                    + (preload.equals(TRUE) ? "; preload" : "")));
        }
    }
}
