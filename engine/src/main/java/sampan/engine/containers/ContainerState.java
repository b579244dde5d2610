package sampan.engine.containers;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;
import sampan.errors.SampanException;

/// Where a container stands in its life, and what it may become from there.
///
/// ```
/// Created ─▶ Running ◀─▶ Paused
///    │          │           │
///    ▼          ▼           ▼
///  Exited ◀─────┴───────────┘        Exited ─▶ Running, Restarting ─▶ Running
///    any but Running, Paused ─▶ Removing ─▶ gone, or Dead when the removal failed
/// ```
///
/// A transition that is not drawn is a CONFLICT in Docker's words. Values are immutable.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ContainerState.Created.class, name = "created"),
    @JsonSubTypes.Type(value = ContainerState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = ContainerState.Paused.class, name = "paused"),
    @JsonSubTypes.Type(value = ContainerState.Restarting.class, name = "restarting"),
    @JsonSubTypes.Type(value = ContainerState.Exited.class, name = "exited"),
    @JsonSubTypes.Type(value = ContainerState.Removing.class, name = "removing"),
    @JsonSubTypes.Type(value = ContainerState.Dead.class, name = "dead"),
})
public sealed interface ContainerState {
    /// Never ran, or its start failed.
    ///
    /// @param error why, or empty
    record Created(int exitCode, String error) implements ContainerState {}

    record Running(int pid, Instant startedAt) implements ContainerState {}

    /// Frozen.
    record Paused(int pid, Instant startedAt) implements ContainerState {}

    /// Ended, and will be started again by its restart policy.
    record Restarting(End end) implements ContainerState {}

    record Exited(End end) implements ContainerState {}

    /// Its removal goes on.
    record Removing(End end) implements ContainerState {}

    /// Its removal failed half way: it can only be removed again.
    record Dead(End end) implements ContainerState {}

    /// The last end.
    ///
    /// @param error why the start failed, or empty
    record End(
            int exitCode,
            boolean oomKilled,
            String error,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt) {
        /// Of a container that never ran.
        public static final End NONE = new End(0, false, "", Optional.empty(), Optional.empty());
    }

    /// Never started.
    static ContainerState fresh() {
        return new Created(0, "");
    }

    default ContainerStatus status() {
        return switch (this) {
            case Created _ -> ContainerStatus.CREATED;
            case Running _ -> ContainerStatus.RUNNING;
            case Paused _ -> ContainerStatus.PAUSED;
            case Restarting _ -> ContainerStatus.RESTARTING;
            case Exited _ -> ContainerStatus.EXITED;
            case Removing _ -> ContainerStatus.REMOVING;
            case Dead _ -> ContainerStatus.DEAD;
        };
    }

    /// The pid of the first process, 0 where none runs.
    default int pid() {
        return switch (this) {
            case Running r -> r.pid();
            case Paused p -> p.pid();
            case Created _, Restarting _, Exited _, Removing _, Dead _ -> 0;
        };
    }

    /// How the last run ended; of a running one only when it was started.
    default End lastEnd() {
        return switch (this) {
            case Created c ->
                    new End(c.exitCode(), false, c.error(), Optional.empty(), Optional.empty());
            case Running r -> started(r.startedAt());
            case Paused p -> started(p.startedAt());
            case Restarting r -> r.end();
            case Exited e -> e.end();
            case Removing r -> r.end();
            case Dead d -> d.end();
        };
    }

    private static End started(Instant at) {
        return new End(0, false, "", Optional.of(at), Optional.empty());
    }

    /// Fails unless it may be started now. NOT_MODIFIED when it runs.
    default void requireStartable() {
        switch (this) {
            case Created _, Exited _, Restarting _ -> {}
            case Running _ ->
                    throw new SampanException(
                            sampan.errors.ErrorCode.NOT_MODIFIED, "container is already running");
            case Paused _ ->
                    throw SampanException.conflict(
                            "cannot start a paused container, try unpause instead");
            case Removing _, Dead _ ->
                    throw SampanException.conflict(
                            "container is marked for removal and cannot be started");
        }
    }

    default Running start(int pid, Instant at) {
        requireStartable();
        return new Running(pid, at);
    }

    /// A new daemon found it running, whatever the last one wrote down.
    default Running found(int pid, Instant at) {
        return new Running(pid, at);
    }

    /// The start failed before anything ran. One that ran before stays exited.
    default ContainerState startFailed(int exitCode, String error, Instant at) {
        return switch (this) {
            case Created _ -> new Created(exitCode, error);
            case Exited e -> new Exited(failure(e.end(), exitCode, error));
            case Restarting r -> new Exited(failure(r.end(), exitCode, error));
            case Running r ->
                    exit(
                            new End(
                                    exitCode,
                                    false,
                                    error,
                                    Optional.of(r.startedAt()),
                                    Optional.of(at)));
            case Paused p ->
                    exit(
                            new End(
                                    exitCode,
                                    false,
                                    error,
                                    Optional.of(p.startedAt()),
                                    Optional.of(at)));
            case Removing _, Dead _ -> this;
        };
    }

    private static End failure(End before, int exitCode, String error) {
        return new End(exitCode, false, error, before.startedAt(), before.finishedAt());
    }

    /// The process ended. What is being removed stays so.
    default ContainerState exit(End end) {
        return switch (this) {
            case Removing _ -> new Removing(end);
            case Dead _ -> new Dead(end);
            case Created _, Running _, Paused _, Restarting _, Exited _ -> new Exited(end);
        };
    }

    default Paused pause(ContainerId id) {
        return switch (this) {
            case Running r -> new Paused(r.pid(), r.startedAt());
            case Paused _ ->
                    throw SampanException.conflict("Container " + id + " is already paused");
            case Restarting _ ->
                    throw SampanException.conflict(
                            "container "
                                    + id
                                    + " is restarting, wait until the container is running");
            case Created _, Exited _, Removing _, Dead _ -> throw notRunning(id);
        };
    }

    default Running unpause(ContainerId id) {
        if (this instanceof Paused(int pid, Instant startedAt)) {
            return new Running(pid, startedAt);
        }
        throw SampanException.conflict("Container " + id + " is not paused");
    }

    /// Fails with CONFLICT unless a task exists.
    default void requireAlive(ContainerId id) {
        if (!status().alive()) {
            throw notRunning(id);
        }
    }

    default Removing remove() {
        return new Removing(lastEnd());
    }

    default Dead removalFailed(String error) {
        End end = lastEnd();
        return new Dead(
                new End(end.exitCode(), end.oomKilled(), error, end.startedAt(), end.finishedAt()));
    }

    static SampanException notRunning(ContainerId id) {
        return SampanException.conflict("container " + id + " is not running");
    }
}
