package sampan.engine.containers;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Start to end.
///
/// @param stopSignal name or number; empty: the image's, then SIGTERM
/// @param stopTimeout absent: ten seconds
/// @param init a reaping PID 1 runs in front of the command
/// @param runtime name of an OCI runtime; empty: ours
/// @param logDriver `json-file` (the default when empty), `none`, `local`
public record LifecycleSpec(
        RestartPolicy restart,
        boolean autoRemove,
        boolean init,
        String stopSignal,
        Optional<Duration> stopTimeout,
        Optional<HealthCheck> healthCheck,
        String runtime,
        String logDriver,
        Map<String, String> logOptions,
        String containerIdFile) {

    /// @param name `no`, `always`, `unless-stopped`, `on-failure`
    public record RestartPolicy(String name, int maximumRetryCount) {
        public static final RestartPolicy NO = new RestartPolicy("no", 0);
    }

    /// @param test as in the Docker API: NONE, CMD …, CMD-SHELL …; durations of zero are the
    ///   defaults
    public record HealthCheck(
            List<String> test,
            Duration interval,
            Duration timeout,
            Duration startPeriod,
            Duration startInterval,
            int retries) {}
}
