package sampan.gateway.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import sampan.gateway.routes.ClientFilter;
import sampan.gateway.routes.Cors;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Mirror;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.UrlRedirect;

/// What a route does besides passing requests on, in a word each.
final class Features {
    private Features() {}

    static List<String> of(Route route) {
        List<String> words = new ArrayList<>();
        route.edits().cors().ifPresent(cors -> words.add("cors " + origins(cors.rules())));
        if (route.action() instanceof Route.Forward forward
                && forward.services().stream()
                        .map(Route.Weighted::service)
                        .anyMatch(Service::isSticky)) {
            words.add("sticky");
        }
        route.edits()
                .compression()
                .ifPresent(compression ->
                        words.add(
                                "compress "
                                        + compression.codings().stream()
                                                .map(coding ->
                                                        coding.name().toLowerCase(Locale.ROOT))
                                                .collect(Collectors.joining(" "))));
        for (Filter filter : route.filters()) {
            if (filter instanceof ClientFilter || filter instanceof UrlRedirect) {
                words.add(filter.toString());
            }
        }
        Mirror mirror = route.mirror();
        if (mirror != null) {
            words.add("mirror " + mirror.service().name() + " " + mirror.percent() + "%");
        }
        return words;
    }

    private static String origins(Cors.Rules rules) {
        if (rules.any()) {
            return Cors.ANY;
        }
        List<String> texts = new ArrayList<>();
        for (Cors.Origin origin : rules.origins()) {
            texts.add(
                    switch (origin) {
                        case Cors.Origin.Exact(String text) -> text;
                        case Cors.Origin.Below(String scheme, String rest) -> scheme + "*" + rest;
                        case Cors.Origin.Regex(var pattern) -> "~" + pattern;
                    });
        }
        return String.join(" ", texts);
    }
}
