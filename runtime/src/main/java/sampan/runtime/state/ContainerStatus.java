package sampan.runtime.state;

import java.util.Locale;

/// Where a container is in its life, as the runtime specification has it, and PAUSED.
public enum ContainerStatus {
    CREATING,
    CREATED,
    RUNNING,
    PAUSED,
    STOPPED;

    /// As `state` prints it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
