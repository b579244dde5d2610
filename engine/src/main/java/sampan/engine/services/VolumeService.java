package sampan.engine.services;

import java.util.List;
import java.util.Map;
import sampan.engine.volumes.Volume;

/// Volumes. Unknown names are NOT_FOUND `get NAME: no such volume`.
public interface VolumeService {
    record Created(Volume volume, boolean existed) {}

    Created create(
            String name, String driver, Map<String, String> options, Map<String, String> labels);

    Volume inspect(String name);

    List<Volume> list(Map<String, List<String>> filters);

    /// CONFLICT with Docker's words while a container uses it.
    void remove(String name, boolean force);

    record Pruned(List<String> names, long bytes) {}

    Pruned prune(Map<String, List<String>> filters);

    /// Bytes in it, and how many containers refer to it.
    record Usage(long bytes, int references) {}

    Usage usage(String name);
}
