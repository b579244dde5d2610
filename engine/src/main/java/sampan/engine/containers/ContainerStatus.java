package sampan.engine.containers;

/// Where a container stands, in the Docker API's words.
public enum ContainerStatus {
    CREATED,
    RUNNING,
    PAUSED,
    RESTARTING,
    REMOVING,
    EXITED,
    DEAD;

    /// The word as clients see it.
    public String word() {
        return switch (this) {
            case CREATED -> "created";
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case RESTARTING -> "restarting";
            case REMOVING -> "removing";
            case EXITED -> "exited";
            case DEAD -> "dead";
        };
    }

    /// A task exists: running or paused.
    public boolean alive() {
        return this == RUNNING || this == PAUSED;
    }
}
