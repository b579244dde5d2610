package sampan.app.runc;

import java.util.LinkedHashMap;
import java.util.Map;
import sampan.oci.spec.Spec;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.monitor.TaskRecords.ProcessRecord;
import sampan.runtime.state.ContainerStatus;

/// A container as `state` and `list` print it.
///
/// @param pid of its first process; 0 where it ended
/// @param owner name of the user who made it
public record ContainerView(Container container, int pid, ContainerStatus status, String owner) {
    public static ContainerView of(Container container, String owner) {
        ContainerStatus status = container.status();
        int pid =
                status == ContainerStatus.STOPPED
                        ? 0
                        : container.process().map(ProcessRecord::pid).orElse(0);
        return new ContainerView(container, pid, status, owner);
    }

    /// In runc's names and order.
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ociVersion", Spec.VERSION);
        fields.put("id", container.id());
        fields.put("pid", pid);
        fields.put("status", status.word());
        fields.put("bundle", container.stored().bundle());
        fields.put("rootfs", container.stored().rootfs());
        fields.put("created", container.stored().created());
        if (!container.spec().annotations().isEmpty()) {
            fields.put("annotations", container.spec().annotations());
        }
        fields.put("owner", owner);
        return fields;
    }
}
