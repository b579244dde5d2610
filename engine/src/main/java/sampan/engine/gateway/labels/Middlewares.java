package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// Traefik's middlewares of one route, as fields of the route. What cannot be said so is refused by
/// name.
final class Middlewares {
    private static final Pattern NETWORK_ERRORS =
            Pattern.compile("\\s*NetworkErrorRatio\\(\\)\\s*>=?\\s*(0?\\.[0-9]{1,4}|1)\\s*");
    private static final Pattern LATENCY =
            Pattern.compile(
                    "\\s*LatencyAtQuantileMS\\(([1-9][0-9]?)(?:\\.0)?\\)\\s*>=?\\s*([1-9][0-9]{0,6})\\s*");
    private static final Pattern PERIOD = Pattern.compile("([0-9]{1,6})(s|m|h)?");
    private static final int PERCENT = 100;

    private final Map<String, Object> match;
    private final Map<String, Object> service;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    /// @param match what the route asks for
    /// @param service the settings of its service
    Middlewares(Map<String, Object> match, Map<String, Object> service) {
        this.match = match;
        this.service = service;
    }

    Map<String, Object> fields() {
        return fields;
    }

    void apply(String name, Map<String, String> middleware) {
        Map<String, Map<String, String>> types = new LinkedHashMap<>();
        middleware.forEach((field, value) -> {
            int dot = field.indexOf('.');
            String type = (dot < 0 ? field : field.substring(0, dot)).toLowerCase(Locale.ROOT);
            types.computeIfAbsent(type, _ -> new LinkedHashMap<>())
                    .put(dot < 0 ? "" : field.substring(dot + 1), value);
        });
        types.forEach((type, values) -> {
            try {
                apply(type, new Values(values));
            } catch (SampanException e) {
                throw SampanException.invalid(
                        "middleware " + name + " (" + type + "): " + e.getMessage());
            }
        });
    }

    /// Values of a middleware; every one must be asked for.
    private static final class Values {
        private final Map<String, String> left;

        Values(Map<String, String> values) {
            left = new LinkedHashMap<>(values);
        }

        String take(String name, String otherwise) {
            for (String key : List.copyOf(left.keySet())) {
                if (key.equalsIgnoreCase(name)) {
                    return Objects.requireNonNull(left.remove(key));
                }
            }
            return otherwise;
        }

        String need(String name) {
            String value = take(name, "");
            if (value.isEmpty()) {
                throw SampanException.invalid(name + " is missing");
            }
            return value;
        }

        void end() {
            if (!left.isEmpty()) {
                throw SampanException.invalid(
                        String.join(", ", left.keySet()) + ": not understood here");
            }
        }
    }

    private void apply(String type, Values values) {
        switch (type) {
            case "stripprefix" -> {
                TraefikLabels.only("forceSlash", values.take("forceslash", "true"), "true");
                strip(LabelTree.list(values.need("prefixes")));
            }
            case "addprefix" -> rewrite(values.need("prefix") + prefix());
            case "replacepath" -> replace(values.need("path"));
            case "replacepathregex" ->
                    change(Map.of("regex", values.need("regex"), "to", values.need("replacement")));
            case "stripprefixregex" -> {
                // The first of them that is at the beginning goes; what is left begins with a
                // slash.
                String any = String.join("|", LabelTree.list(values.need("regex")));
                change(Map.of("regex", "^(?:" + any + ")/*(?<left>.*)$", "to", "/${left}"));
            }
            case "redirectregex" -> redirects(values);
            case "ipallowlist", "ipwhitelist" -> {
                TraefikLabels.only(
                        "rejectstatuscode", values.take("rejectstatuscode", "403"), "403");
                if (fields.put("allow", LabelTree.list(values.need("sourcerange"))) != null) {
                    throw SampanException.invalid("it stands twice: name all ranges in one");
                }
            }
            case "headers" -> headers(values);
            case "redirectscheme" -> redirect(values);
            case "ratelimit" -> limit(values);
            case "inflightreq" -> inFlight(values);
            case "retry" -> {
                service.put("retries", values.need("attempts"));
                service.put("retryOn", "reset");
            }
            case "circuitbreaker" -> breaker(values);
            case "buffering" -> buffering(values);
            case "compress" -> compress(values);
            case "basicauth" -> basic(values);
            default -> throw SampanException.invalid("not understood here");
        }
        values.end();
    }

    private String prefix() {
        Object path = match.get("path");
        if (path == null) {
            return "";
        }
        if (path instanceof Map<?, ?> map && map.get("prefix") instanceof String text) {
            return text.equals("/") ? "" : text;
        }
        if (path instanceof Map<?, ?> map && map.get("exact") instanceof String text) {
            return text;
        }
        throw SampanException.invalid("it goes with Path and PathPrefix only");
    }

    private void rewrite(String path) {
        change(path.isEmpty() ? "/" : path);
    }

    private void change(Object rewrite) {
        if (fields.put("rewrite", rewrite) != null) {
            throw SampanException.invalid("the path is changed twice: one change can be told");
        }
    }

    private void strip(List<String> prefixes) {
        String prefix = prefix();
        for (String each : prefixes) {
            String bare = each.endsWith("/") ? each.substring(0, each.length() - 1) : each;
            if (prefix.equals(bare) || prefix.startsWith(bare + "/")) {
                rewrite(prefix.substring(bare.length()));
                return;
            }
        }
        throw SampanException.invalid(
                "prefixes "
                        + String.join(", ", prefixes)
                        + ": none is at the beginning of the rule's path \""
                        + prefix
                        + "\": match it by PathPrefix");
    }

    private void replace(String path) {
        if (!(match.get("path") instanceof Map<?, ?> map) || !map.containsKey("exact")) {
            throw SampanException.invalid("it goes with a rule of Path(`…`) only");
        }
        rewrite(path);
    }

    private void headers(Values values) {
        for (String name : List.copyOf(values.left.keySet())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("customrequestheaders.")) {
                edit("request", name.substring(name.indexOf('.') + 1), values.take(name, ""));
            } else if (lower.startsWith("customresponseheaders.")) {
                edit("response", name.substring(name.indexOf('.') + 1), values.take(name, ""));
            }
        }
        cors(values);
        for (SecurityHeaders.Line line : SecurityHeaders.of(values::take)) {
            edit("response", line.name(), line.value());
        }
    }

    private void cors(Values values) {
        List<Object> origins =
                new ArrayList<>(LabelTree.list(values.take("accesscontrolalloworiginlist", "")));
        for (String regex : LabelTree.list(values.take("accesscontrolalloworiginlistregex", ""))) {
            origins.add(Map.of("regex", anywhere(regex)));
        }
        Map<String, Object> cors = new LinkedHashMap<>();
        cors.put("origins", origins);
        for (String[] pair :
                new String[][] {
                    {"methods", "accesscontrolallowmethods"},
                    {"headers", "accesscontrolallowheaders"},
                    {"expose", "accesscontrolexposeheaders"}
                }) {
            List<String> list = LabelTree.list(values.take(pair[1], ""));
            if (!list.isEmpty()) {
                cors.put(pair[0], list);
            }
        }
        String credentials = values.take("accesscontrolallowcredentials", "");
        if (!credentials.isEmpty()) {
            cors.put("credentials", credentials);
        }
        String age = values.take("accesscontrolmaxage", "");
        if (!age.isEmpty()) {
            cors.put("maxAge", age);
        }
        // It is added always where it is needed.
        values.take("addvaryheader", "");
        if (!origins.isEmpty()) {
            fields.put("cors", cors);
        } else if (cors.size() > 1) {
            throw SampanException.invalid(
                    "accesscontrol…: add accesscontrolalloworiginlist, which says for whom");
        }
    }

    /// Traefik finds an expression anywhere in a text, unless it is anchored; here it is of the
    /// whole.
    static String anywhere(String regex) {
        return ".*?(?:" + regex + ").*";
    }

    private void buffering(Values values) {
        String request = values.take("maxrequestbodybytes", "");
        String response = values.take("maxresponsebodybytes", "");
        if (request.isEmpty() && response.isEmpty()) {
            throw SampanException.invalid("maxrequestbodybytes or maxresponsebodybytes is missing");
        }
        if (!request.isEmpty() && !request.equals("0")) {
            fields.put("bodyMax", request);
        }
        if (!response.isEmpty() && !response.equals("0")) {
            fields.put("responseMax", response);
        }
    }

    private void compress(Values values) {
        String on = values.take("", "true");
        if (on.equals("false")) {
            return;
        }
        TraefikLabels.only("compress", on, "true");
        Map<String, Object> compress = new LinkedHashMap<>();
        List<String> encodings = new ArrayList<>(LabelTree.list(values.take("encodings", "gzip")));
        // Clients of brotli take gzip too.
        encodings.remove("br");
        compress.put("encodings", encodings.isEmpty() ? List.of("gzip") : encodings);
        List<String> types = LabelTree.list(values.take("includedcontenttypes", ""));
        if (!types.isEmpty()) {
            compress.put("types", types);
        }
        List<String> excluded = LabelTree.list(values.take("excludedcontenttypes", ""));
        if (!excluded.isEmpty()) {
            compress.put("exclude", excluded);
        }
        compress.put("bytesMin", values.take("minresponsebodybytes", "1024"));
        fields.put("compress", compress);
    }

    private void basic(Values values) {
        if (!values.take("usersfile", "").isEmpty()) {
            throw SampanException.invalid(
                    "usersfile: no file is read in a container's name: write users");
        }
        Map<String, Object> basic = new LinkedHashMap<>();
        basic.put("users", LabelTree.list(values.need("users")));
        basic.put("realm", values.take("realm", "traefik"));
        String header = values.take("headerfield", "");
        if (!header.isEmpty()) {
            basic.put("userHeader", header);
        }
        basic.put("strip", values.take("removeheader", "false"));
        if (fields.put("basic", basic) != null) {
            throw SampanException.invalid("the route has users already: name them together");
        }
    }

    @SuppressWarnings("unchecked")
    private void edit(String side, String name, String value) {
        Map<String, Object> edits =
                (Map<String, Object>)
                        fields.computeIfAbsent(side, _ -> new LinkedHashMap<String, Object>());
        if (value.isEmpty()) {
            ((List<String>) edits.computeIfAbsent("remove", _ -> new ArrayList<String>()))
                    .add(name);
        } else {
            ((Map<String, String>)
                            edits.computeIfAbsent("set", _ -> new LinkedHashMap<String, String>()))
                    .put(name, value.replace("{", "{{")); // Traefik knows no variables
        }
    }

    private void redirect(Values values) {
        String scheme = values.need("scheme");
        String port = values.take("port", "");
        boolean permanent = values.take("permanent", "false").equals("true");
        Map<String, Object> redirect = new LinkedHashMap<>();
        redirect.put(
                "to", scheme + "://{host}" + (port.isEmpty() ? "" : ":" + port) + "{path}{query}");
        redirect.put("status", permanent ? "308" : "307");
        fields.put("redirect", redirect);
    }

    @SuppressWarnings("unchecked")
    private void redirects(Values values) {
        boolean permanent = values.take("permanent", "false").equals("true");
        ((List<Object>) fields.computeIfAbsent("redirects", _ -> new ArrayList<Object>()))
                .add(
                        Map.of(
                                "regex",
                                values.need("regex"),
                                "to",
                                values.need("replacement"),
                                "status",
                                permanent ? "308" : "307"));
    }

    @SuppressWarnings("unchecked")
    private void limit(Values values) {
        int average = Translation.number("average", values.need("average"), 1, 1_000_000);
        String period = values.take("period", "1s");
        Matcher matcher = PERIOD.matcher(period);
        if (!matcher.matches()) {
            throw SampanException.invalid("period \"" + period + "\": write for instance 1s or 1m");
        }
        int seconds =
                Integer.parseInt(Objects.requireNonNull(matcher.group(1)))
                        * switch (String.valueOf(matcher.group(2))) {
                            case "m" -> 60;
                            case "h" -> 3600;
                            default -> 1;
                        };
        Map<String, Object> limit = new LinkedHashMap<>();
        limit.put(
                "rate",
                seconds == 1
                        ? average + "/s"
                        : seconds == 60
                                ? average + "/m"
                                : String.format(Locale.ROOT, "%.6f/s", (double) average / seconds));
        limit.put("burst", values.take("burst", "1"));
        limit.put("by", by(values));
        ((List<Object>) fields.computeIfAbsent("limits", _ -> new ArrayList<Object>())).add(limit);
    }

    private void inFlight(Values values) {
        Map<String, Object> bound = new LinkedHashMap<>();
        bound.put("max", values.need("amount"));
        String header = values.take("sourcecriterion.requestheadername", "");
        if (!header.isEmpty()) {
            bound.put("by", "header:" + header);
        }
        fields.put("concurrency", List.of(bound));
    }

    private static String by(Values values) {
        String header = values.take("sourcecriterion.requestheadername", "");
        return header.isEmpty() ? "address" : "header:" + header;
    }

    private void breaker(Values values) {
        String expression = values.need("expression");
        Map<String, Object> breaker = new LinkedHashMap<>();
        breaker.put("failurePercent", PERCENT);
        for (String part : expression.split("\\|\\|", -1)) {
            Matcher errors = NETWORK_ERRORS.matcher(part);
            Matcher latency = LATENCY.matcher(part);
            if (errors.matches()) {
                double ratio = Double.parseDouble(Objects.requireNonNull(errors.group(1)));
                breaker.put("failurePercent", (int) Math.max(1, Math.round(ratio * PERCENT)));
            } else if (latency.matches()) {
                int quantile = Integer.parseInt(Objects.requireNonNull(latency.group(1)));
                breaker.put("slow", Objects.requireNonNull(latency.group(2)) + "ms");
                breaker.put("slowPercent", PERCENT - quantile);
            } else {
                throw SampanException.invalid(
                        "expression \""
                                + expression
                                + "\": NetworkErrorRatio() > 0.x and"
                                + " LatencyAtQuantileMS(q) > n, joined by ||, are understood here");
            }
        }
        String open = values.take("fallbackduration", "");
        if (!open.isEmpty()) {
            breaker.put("openFor", open);
        }
        service.put("breaker", breaker);
    }
}
