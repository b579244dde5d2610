package sampan.engine.registry.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One challenge of a WWW-Authenticate header (RFC 9110, 11.6.1).
///
/// @param scheme in lower case
/// @param parameters names in lower case
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int HEADER_CHARS_MAX = 8 << 10;

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /// The first of this scheme in any of the headers; what is malformed is skipped.
    static Optional<Challenge> find(List<String> headers, String scheme) {
        return headers.stream()
                .filter(header -> header.length() <= HEADER_CHARS_MAX)
                .flatMap(header -> new Reading(header).challenges().stream())
                .filter(challenge -> challenge.scheme.equals(scheme))
                .findFirst();
    }

    /// Reads `Bearer realm="…", scope="…", Basic realm=x`.
    private static final class Reading {
        private final String text;
        private int at;

        Reading(String text) {
            this.text = text;
        }

        List<Challenge> challenges() {
            List<Challenge> found = new ArrayList<>();
            Map<String, String> parameters = Map.of();
            while (true) {
                skip(" \t,");
                String word = token();
                if (word.isEmpty()) {
                    return found;
                }
                int before = at;
                skip(" \t");
                if (at < text.length() && text.charAt(at) == '=') {
                    at++;
                    skip(" \t");
                    String value = value();
                    if (!found.isEmpty()) {
                        parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value);
                    }
                } else {
                    at = before;
                    parameters = new LinkedHashMap<>();
                    found.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
                }
            }
        }

        private void skip(String blanks) {
            while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private String token() {
            int start = at;
            while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                return token();
            }
            at++;
            StringBuilder value = new StringBuilder();
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }
    }
}
