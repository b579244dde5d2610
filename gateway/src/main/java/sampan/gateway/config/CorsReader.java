package sampan.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.routes.BoundedPattern;
import sampan.gateway.routes.Cors;
import sampan.gateway.routes.Cors.Origin;
import sampan.gateway.wire.Octets;

/// The part of [RouteReader] that reads what pages of other origins may do.
final class CorsReader {
    private static final int ENTRIES_MAX = 200;
    private static final int AGE_SECONDS_MAX = 24 * 3600;
    private static final String NONE = "null";
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST");

    private CorsReader() {}

    static Optional<Cors> read(YamlSection route) {
        return route.sectionOr("cors", "origins").map(CorsReader::cors);
    }

    private static Cors cors(YamlSection section) {
        boolean any = false;
        List<Origin> origins = new ArrayList<>();
        for (YamlSection each : section.list("origins", "origin")) {
            Optional<String> text = each.text("origin");
            Optional<BoundedPattern> regex = each.read("regex", BoundedPattern::compile);
            each.end();
            if (text.isPresent() == regex.isPresent()) {
                throw section.wrong("origins", "write for instance https://shop.example or *");
            }
            regex.ifPresent(pattern -> origins.add(new Origin.Regex(pattern)));
            any |= text.isPresent() && text.get().equals(Cors.ANY);
            text.filter(t -> !t.equals(Cors.ANY))
                    .ifPresent(t -> origins.add(each.read("origin", CorsReader::origin).get()));
        }
        if (!any && origins.isEmpty() || origins.size() > ENTRIES_MAX) {
            throw section.wrong("origins", "name 1 to " + ENTRIES_MAX);
        }
        boolean credentials = section.flag("credentials", false);
        List<String> methods = section.texts("methods", CorsReader::name);
        Cors.Rules rules =
                new Cors.Rules(
                        any,
                        origins,
                        methods.isEmpty() ? METHODS : methods,
                        section.texts("headers", CorsReader::name),
                        section.texts("expose", CorsReader::name),
                        credentials,
                        section.number("maxAge", -1, 0, AGE_SECONDS_MAX));
        section.end();
        if (credentials && any) {
            throw section.wrong(
                    "origins", "* and credentials do not go together: name the origins");
        }
        if (credentials
                && (rules.methods().contains(Cors.ANY)
                        || rules.headers().contains(Cors.ANY)
                        || rules.exposed().contains(Cors.ANY))) {
            throw section.wrong(
                    "credentials", "* means nothing to a browser with it: name them one by one");
        }
        return new Cors(rules);
    }

    private static String name(String field, String text) {
        return text.equals(Cors.ANY) ? text : Values.fieldName(field, text);
    }

    private static Origin origin(String field, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals(NONE)) {
            return new Origin.Exact(NONE);
        }
        int colon = lower.indexOf("://");
        String scheme = colon < 0 ? "" : lower.substring(0, colon + 3);
        String host = lower.substring(scheme.length());
        boolean below = host.startsWith("*.");
        String rest = below ? host.substring(1) : host;
        boolean sound = colon > 0 && !rest.isEmpty() && lower.length() <= Cors.ORIGIN_BYTES_MAX;
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            sound &= c < 128 && c != '*' && c != '/' && Octets.isHost((byte) c);
        }
        if (!sound) {
            throw SampanException.invalid(
                    field
                            + " \""
                            + text
                            + "\": write SCHEME://HOST[:PORT] without a path, or SCHEME://*.HOST");
        }
        return below ? new Origin.Below(scheme, rest) : new Origin.Exact(lower);
    }
}
