package sampan.engine.filters;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sampan.errors.SampanException;

/// The filters of one request, checked against the names that the request knows.
///
/// A filter that was not given accepts everything. Source: Docker Engine API v1.51, parameter
/// `filters` of the list and prune endpoints.
public final class Filters {
    /// No filters: everything is accepted.
    public static final Filters NONE = new Filters(Map.of());

    private final Map<String, List<String>> values;

    private Filters(Map<String, List<String>> values) {
        this.values = values;
    }

    /// INVALID `invalid filter 'NAME'` for a name that is not among the known ones.
    public static Filters of(Map<String, List<String>> values, Set<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw SampanException.invalid("invalid filter '" + name + "'");
            }
        }
        return new Filters(Map.copyOf(values));
    }

    public boolean has(String name) {
        return !values(name).isEmpty();
    }

    public List<String> values(String name) {
        return values.getOrDefault(name, List.of());
    }

    /// One of the values is exactly this one.
    public boolean exact(String name, String value) {
        return !has(name) || values(name).contains(value);
    }

    /// One of the values begins this one, or is it.
    public boolean prefix(String name, String value) {
        return !has(name) || values(name).stream().anyMatch(value::startsWith);
    }

    /// One of the values, read as a regular expression, occurs in this one; an expression that does
    /// not compile is compared as it stands.
    public boolean matches(String name, String value) {
        return !has(name) || values(name).stream().anyMatch(v -> finds(v, value));
    }

    /// Every value (`KEY` or `KEY=VALUE`) of the filter is among the labels.
    public boolean labels(String name, Map<String, String> labels) {
        return values(name).stream().allMatch(wanted -> hasLabel(labels, wanted));
    }

    /// `label` must all be there, and of `label!` none may be.
    public boolean labelsForPrune(Map<String, String> labels) {
        return labels("label", labels)
                && values("label!").stream().noneMatch(wanted -> hasLabel(labels, wanted));
    }

    /// The single truth value of a filter; INVALID for several or for other words.
    public Optional<Boolean> truth(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        boolean yes = values(name).stream().anyMatch(v -> v.equals("1") || v.equals("true"));
        boolean no = values(name).stream().anyMatch(v -> v.equals("0") || v.equals("false"));
        if (yes == no || values(name).size() > 2) {
            throw SampanException.invalid("invalid filter '" + name + "=" + values(name) + "'");
        }
        return Optional.of(yes);
    }

    /// The moment that the filter `until` names: RFC 3339, seconds since the epoch, or a duration
    /// like `24h` before now.
    public Optional<Instant> until(Instant now) {
        if (!has("until")) {
            return Optional.empty();
        }
        if (values("until").size() > 1) {
            throw SampanException.invalid("more than one until filter specified");
        }
        return Optional.of(moment(values("until").getFirst(), now));
    }

    /// Reads a point in time as the Docker API takes it: RFC 3339, seconds since the epoch with an
    /// optional fraction, or a Go duration before now.
    public static Instant moment(String text, Instant now) {
        try {
            if (text.matches("-?[0-9]+(\\.[0-9]{1,9})?")) {
                return epoch(text);
            }
            if (text.matches("([0-9.]+(h|m|s|ms|us|ns))+")) {
                return now.minus(duration(text));
            }
            return OffsetDateTime.parse(text.length() == 10 ? text + "T00:00:00Z" : text)
                    .toInstant();
        } catch (DateTimeException | NumberFormatException e) {
            throw new SampanException(
                    sampan.errors.ErrorCode.INVALID,
                    "failed to parse value as time or duration: \"" + text + "\"",
                    e);
        }
    }

    private static Instant epoch(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            return Instant.ofEpochSecond(Long.parseLong(text));
        }
        String fraction = (text.substring(dot + 1) + "000000000").substring(0, 9);
        return Instant.ofEpochSecond(
                Long.parseLong(text.substring(0, dot)), Long.parseLong(fraction));
    }

    private static Duration duration(String text) {
        var parts = Pattern.compile("([0-9.]+)(h|ms|m|us|ns|s)").matcher(text);
        double seconds = 0;
        while (parts.find()) {
            double unit =
                    switch (parts.group(2)) {
                        case "h" -> 3600;
                        case "m" -> 60;
                        case "ms" -> 1e-3;
                        case "us" -> 1e-6;
                        case "ns" -> 1e-9;
                        default -> 1;
                    };
            seconds += Double.parseDouble(parts.group(1)) * unit;
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private static boolean hasLabel(Map<String, String> labels, String wanted) {
        int equals = wanted.indexOf('=');
        if (equals < 0) {
            return labels.containsKey(wanted);
        }
        String value = labels.get(wanted.substring(0, equals));
        return value != null && value.equals(wanted.substring(equals + 1));
    }

    private static boolean finds(String expression, String value) {
        try {
            return Pattern.compile(expression).matcher(value).find();
        } catch (PatternSyntaxException _) {
            return expression.equals(value);
        }
    }
}
