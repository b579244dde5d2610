package sampan.engine.events;

import java.time.Instant;
import java.util.Map;

/// One thing that happened, in the Docker API's words.
///
/// @param type container, image, volume, network, daemon
/// @param action create, start, die, `exec_start: CMD`, …
/// @param actor id of the object
/// @param attributes name, image, exitCode, signal, labels of the object …
public record Event(
        String type, String action, String actor, Map<String, String> attributes, Instant time) {}
