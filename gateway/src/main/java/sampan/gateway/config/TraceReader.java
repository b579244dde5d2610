package sampan.gateway.config;

import java.net.URI;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.gateway.traces.TraceSettings;
import sampan.gateway.traces.TraceSettings.Accepted;
import sampan.gateway.traces.TraceSettings.Sent;

/// The part of [ConfigReader] that reads `traces`.
final class TraceReader {
    private static final int QUEUE = 8192;
    private static final int QUEUE_MAX = 1_000_000;
    private static final String PATH = "/v1/traces";

    private TraceReader() {}

    static Optional<TraceSettings> read(YamlSection root) {
        return root.sectionOr("traces", "otlp").map(TraceReader::settings);
    }

    private static TraceSettings settings(YamlSection section) {
        URI uri =
                section.read("otlp", MethodReader::uri)
                        .map(TraceReader::endpoint)
                        .orElseThrow(() ->
                                section.wrong(
                                        "otlp", "write where a collector is, http://HOST:4318"));
        Map<String, String> headers = new LinkedHashMap<>();
        section.section("headers")
                .ifPresent(all ->
                        all.names()
                                .forEach(name -> {
                                    String field = Values.fieldName("headers", name);
                                    headers.put(
                                            field, all.read(name, Values::fieldValue).orElse(""));
                                }));
        TraceSettings.Collector collector =
                new TraceSettings.Collector(
                        uri,
                        headers,
                        section.path("ca"),
                        section.number("queue", QUEUE, 1, QUEUE_MAX),
                        section.flag("gzip", false));
        List<Accepted> accept = section.texts("accept", TraceReader::accepted);
        List<Sent> send = section.texts("send", TraceReader::sent);
        TraceSettings settings =
                new TraceSettings(
                        collector,
                        section.has("accept") ? accept : List.of(Accepted.W3C),
                        send.isEmpty() ? Set.of(Sent.W3C) : EnumSet.copyOf(send),
                        sampling(section),
                        resource(section));
        section.end();
        return settings;
    }

    private static URI endpoint(URI uri) {
        String path = uri.getPath();
        return path.isEmpty() || path.equals("/") ? uri.resolve(PATH) : uri;
    }

    private static TraceSettings.Sampling sampling(YamlSection section) {
        Map<String, Double> routes = new LinkedHashMap<>();
        section.section("routes")
                .ifPresent(all ->
                        all.names()
                                .forEach(name ->
                                        routes.put(
                                                name, all.read(name, Values::ratio).orElse(0.0))));
        return new TraceSettings.Sampling(
                section.flag("followParent", true),
                section.read("sample", Values::ratio).orElse(1.0),
                routes);
    }

    private static Map<String, String> resource(YamlSection section) {
        Map<String, String> resource = new LinkedHashMap<>();
        resource.put("service.name", section.text("service").orElse("sampan-gateway"));
        section.pairs("attributes").forEach((name, value) -> resource.put(name, value.orElse("")));
        return resource;
    }

    private static Accepted accepted(String field, String text) {
        return switch (text) {
            case "w3c" -> Accepted.W3C;
            case "b3" -> Accepted.B3;
            default -> throw SampanException.invalid(field + " \"" + text + "\": write w3c or b3");
        };
    }

    private static Sent sent(String field, String text) {
        return switch (text) {
            case "w3c" -> Sent.W3C;
            case "b3" -> Sent.B3;
            case "b3multi" -> Sent.B3_MULTI;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write w3c, b3 or b3multi");
        };
    }
}
