package sampan.runtime.state;

import java.util.List;
import sampan.oci.spec.Spec;

/// What is kept of a container from its creation on.
///
/// @param bundle absolute path
/// @param rootfs absolute path
/// @param created RFC 3339 with nanoseconds
/// @param cgroup absolute, or relative to where the creator stood
/// @param position the lines of the creator's /proc/PID/cgroup
/// @param spec as the bundle's config.json had it, with what `update` changed
public record StoredContainer(
        String id,
        String bundle,
        String rootfs,
        String created,
        String cgroup,
        List<String> position,
        Spec spec) {
    public StoredContainer {
        position = List.copyOf(position);
    }

    public StoredContainer with(Spec changed) {
        return new StoredContainer(id, bundle, rootfs, created, cgroup, position, changed);
    }
}
