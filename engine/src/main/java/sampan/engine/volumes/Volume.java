package sampan.engine.volumes;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/// A named directory that outlives containers.
///
/// @param anonymous made for a container without a name of its own
public record Volume(
        String name,
        String driver,
        Path mountpoint,
        Instant created,
        Map<String, String> labels,
        Map<String, String> options,
        boolean anonymous) {}
