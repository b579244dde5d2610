package sampan.engine.gateway.labels;

/// What is wrong with a label.
///
/// @param severity `error`: the route or service is left out; `warning`: it holds, but not all that
///   was asked for
/// @param kind route, service, container, file
public record Problem(String severity, String kind, String name, String message) {
    static Problem error(String kind, String name, String message) {
        return new Problem("error", kind, name, message);
    }

    static Problem warning(String kind, String name, String message) {
        return new Problem("warning", kind, name, message);
    }
}
