package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.buildkit.wire.Fields;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// What a client asks to be solved.
///
/// @param ref the client's name for this solve
/// @param frontend empty where the client itself goes on by the gateway
/// @param internal not for the history
record SolveRequest(
        String ref,
        String session,
        String frontend,
        Map<String, String> attributes,
        List<Exporter> exporters,
        List<Cache> cacheTo,
        List<Cache> cacheFrom,
        Set<String> entitlements,
        boolean internal) {

    /// Where a result goes.
    record Exporter(String type, Map<String, String> attributes) {
        String attribute(String name) {
            return attributes.getOrDefault(name, "");
        }

        boolean truth(String name) {
            return attribute(name).equals("true") || attribute(name).equals("1");
        }
    }

    record Cache(String type, Map<String, String> attributes) {
        String attribute(String name) {
            return attributes.getOrDefault(name, "");
        }
    }

    static SolveRequest of(byte[] message) {
        Fields fields = Fields.of(message);
        if (fields.text(1).isEmpty()) {
            throw SampanException.invalid("solve without a ref");
        }
        if (fields.message(2).filter(d -> d.has(1)).isPresent() || fields.has(10)) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "solving a graph of the client's own (LLB) is not supported: only Dockerfiles"
                            + " are built here");
        }
        if (fields.message(12).filter(p -> p.has(2)).isPresent()) {
            throw new SampanException(ErrorCode.UNSUPPORTED, "source policies are not supported");
        }
        Fields cache = fields.message(8).orElse(Fields.of(new byte[0]));
        return new SolveRequest(
                fields.text(1),
                fields.text(5),
                fields.text(6),
                fields.strings(7),
                exporters(fields),
                caches(cache.messages(4)),
                caches(cache.messages(5)),
                new LinkedHashSet<>(fields.texts(9)),
                fields.truth(11));
    }

    // Older clients name one exporter in fields of its own.
    private static List<Exporter> exporters(Fields fields) {
        List<Exporter> exporters = new ArrayList<>();
        for (Fields exporter : fields.messages(13)) {
            exporters.add(new Exporter(exporter.text(1), exporter.strings(2)));
        }
        if (exporters.isEmpty() && !fields.text(3).isEmpty()) {
            exporters.add(new Exporter(fields.text(3), fields.strings(4)));
        }
        return List.copyOf(exporters);
    }

    private static List<Cache> caches(List<Fields> entries) {
        return entries.stream().map(e -> new Cache(e.text(1), e.strings(2))).toList();
    }
}
