package sampan.api.translate;

import static sampan.api.translate.Values.list;
import static sampan.api.translate.Values.map;
import static sampan.api.translate.Values.text;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.ContainerConfig;
import sampan.api.wire.HealthConfig;
import sampan.api.wire.HostConfig;
import sampan.api.wire.LogConfig;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.errors.SampanException;

/// Start, end, and what lies between.
public final class LifecycleRequest {
    private static final String OWN_RUNTIME = "sampan-runc";
    private static final List<String> LOG_DRIVERS = List.of("json-file", "local", "none");

    private LifecycleRequest() {}

    static LifecycleSpec read(ContainerConfig config, HostConfig host) {
        LogConfig log = host.logConfig();
        String driver = log == null ? "" : text(log.type());
        if (!driver.isEmpty() && !LOG_DRIVERS.contains(driver)) {
            throw SampanException.invalid(
                    "logger: no log driver named '" + driver + "' is registered");
        }
        String runtime = text(host.runtime());
        if (!runtime.isEmpty() && !runtime.equals(OWN_RUNTIME)) {
            throw SampanException.invalid("unknown or invalid runtime name: " + runtime);
        }
        return new LifecycleSpec(
                restart(host.restartPolicy()),
                host.autoRemove(),
                Boolean.TRUE.equals(host.init()),
                text(config.stopSignal()),
                stopTimeout(config.stopTimeout()),
                health(config.healthcheck()),
                "",
                driver,
                log == null ? Map.of() : map("LogConfig.Config", log.config()),
                text(host.containerIDFile()));
    }

    /// Policies come with a later issue; `no` is what everybody has.
    public static RestartPolicy restart(sampan.api.wire.@Nullable RestartPolicy wire) {
        String name = wire == null ? "" : text(wire.name());
        if (name.isEmpty() || name.equals("no")) {
            if (wire != null && wire.maximumRetryCount() != 0) {
                throw SampanException.invalid(
                        "invalid restart policy: maximum retry count can only be used with"
                                + " 'on-failure'");
            }
            return RestartPolicy.NO;
        }
        if (List.of("always", "unless-stopped", "on-failure").contains(name)) {
            throw SampanException.invalid("restart policy '" + name + "' is not supported yet");
        }
        throw SampanException.invalid(
                "invalid restart policy: unknown policy '"
                        + name
                        + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
    }

    private static Optional<Duration> stopTimeout(@Nullable Long seconds) {
        return seconds == null ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }

    private static Optional<HealthCheck> health(@Nullable HealthConfig wire) {
        if (wire == null) {
            return Optional.empty();
        }
        List<String> test = list("Healthcheck.Test", wire.test());
        if (test.equals(List.of("NONE"))) {
            return Optional.of(
                    new HealthCheck(
                            test, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0));
        }
        boolean empty =
                test.isEmpty()
                        && wire.interval() == 0
                        && wire.timeout() == 0
                        && wire.startPeriod() == 0
                        && wire.startInterval() == 0
                        && wire.retries() == 0;
        if (!empty) {
            throw SampanException.invalid(
                    "a health check is not supported yet: use --no-healthcheck");
        }
        return Optional.empty();
    }
}
