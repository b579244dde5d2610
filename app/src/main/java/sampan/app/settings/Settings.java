package sampan.app.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.disk.DiskMark;
import sampan.engine.disk.DiskSettings;
import sampan.engine.gateway.GatewaySettings;
import sampan.errors.SampanException;
import sampan.linux.net.InternetAddress;

/// Where this daemon lives. Every place is a setting, so that any number of private daemons run
/// side by side: an argument wins over its environment variable, that over the default.
///
/// @param root images, snapshots, containers, volumes (SAMPAN_ROOT)
/// @param run sockets and what does not outlive the machine's uptime (SAMPAN_RUN)
/// @param socket the Docker API's unix socket (SAMPAN_SOCKET)
/// @param group that may use the socket; empty: `sampan`, then `docker`, then root's (SAMPAN_GROUP)
/// @param bridge name of the default bridge (SAMPAN_BRIDGE)
/// @param subnet of the default bridge, CIDR; empty: chosen (SAMPAN_SUBNET)
/// @param registries what is mirrored, rewritten, blocked or insecure; `certs.d` lies beside it
///   (SAMPAN_REGISTRIES)
/// @param userns of containers that do not name one; empty: none (SAMPAN_USERNS_REMAP)
/// @param disk what keeps the disk from filling (SAMPAN_DISK_HIGH, SAMPAN_DISK_LOW,
///   SAMPAN_DISK_AGE, SAMPAN_DISK_KEEP, SAMPAN_DISK_STOPPED)
/// @param gitBytesMax of a repository that a build fetches, with its files (SAMPAN_GIT_MAX)
/// @param gateway where it listens, its file, its counters (SAMPAN_GATEWAY_HTTP,
///   SAMPAN_GATEWAY_FILE, SAMPAN_GATEWAY_METRICS)
/// @param train a run that only feeds the ahead-of-time cache
public record Settings(
        Path root,
        Path run,
        Path socket,
        String group,
        String bridge,
        String subnet,
        Path registries,
        String userns,
        DiskSettings disk,
        long gitBytesMax,
        GatewaySettings gateway,
        Path home,
        boolean debug,
        boolean train) {

    public static final String VERSION = "0.1.0";

    /// Reads arguments and environment; INVALID names the argument that is wrong.
    public static Settings parse(String[] arguments, Map<String, String> environment) {
        Optional<String> root = value(arguments, environment, "--root", "SAMPAN_ROOT");
        Optional<String> run = value(arguments, environment, "--run", "SAMPAN_RUN");
        Path runPath = absolute(run.orElse("/run/sampan"));
        String socket =
                value(arguments, environment, "--socket", "SAMPAN_SOCKET")
                        .orElse(runPath.resolve("sampan.sock").toString());
        return new Settings(
                absolute(root.orElse("/var/lib/sampan")),
                runPath,
                absolute(socket.startsWith("unix://") ? socket.substring(7) : socket),
                value(arguments, environment, "--group", "SAMPAN_GROUP").orElse(""),
                value(arguments, environment, "--bridge", "SAMPAN_BRIDGE").orElse("sampan0"),
                value(arguments, environment, "--subnet", "SAMPAN_SUBNET").orElse(""),
                absolute(
                        value(arguments, environment, "--registries", "SAMPAN_REGISTRIES")
                                .orElse("/etc/sampan/registries.json")),
                UsernsRemap.mode(
                        value(arguments, environment, "--userns-remap", "SAMPAN_USERNS_REMAP")
                                .orElse(""),
                        Path.of("/etc")),
                disk(arguments, environment),
                DiskMark.bytes(
                        "--git-max",
                        value(arguments, environment, "--git-max", "SAMPAN_GIT_MAX").orElse("16G")),
                gateway(arguments, environment),
                absolute(System.getProperty("sampan.home", "build/dist")),
                flag(arguments, "--debug"),
                flag(arguments, "--train"));
    }

    private static GatewaySettings gateway(String[] arguments, Map<String, String> environment) {
        Optional<String> http =
                value(arguments, environment, "--gateway-http", "SAMPAN_GATEWAY_HTTP");
        Optional<String> metrics =
                value(arguments, environment, "--gateway-metrics", "SAMPAN_GATEWAY_METRICS");
        List<String> listeners = new ArrayList<>();
        for (String address : http.orElse("").split(",", -1)) {
            if (!address.isBlank()) {
                listeners.add(InternetAddress.parse("--gateway-http", address.strip()).toString());
            }
        }
        Optional<Path> file =
                value(arguments, environment, "--gateway-file", "SAMPAN_GATEWAY_FILE")
                        .map(Settings::absolute);
        // A file says itself where to listen.
        boolean told = !listeners.isEmpty() || file.isPresent();
        return new GatewaySettings(
                told ? listeners : GatewaySettings.DEFAULT_LISTENERS,
                file,
                metrics.map(m -> InternetAddress.parse("--gateway-metrics", m).toString()));
    }

    private static DiskSettings disk(String[] arguments, Map<String, String> environment) {
        return DiskSettings.of(
                value(arguments, environment, "--disk-high", "SAMPAN_DISK_HIGH").orElse("90%"),
                value(arguments, environment, "--disk-low", "SAMPAN_DISK_LOW").orElse("80%"),
                value(arguments, environment, "--disk-age", "SAMPAN_DISK_AGE").orElse("24h"),
                value(arguments, environment, "--disk-keep", "SAMPAN_DISK_KEEP").orElse(""),
                value(arguments, environment, "--disk-stopped", "SAMPAN_DISK_STOPPED")
                        .orElse("never"));
    }

    /// Refuses what is no option of ours.
    public static void check(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            String word = arguments[i];
            String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            switch (name) {
                case "--root",
                        "--run",
                        "--socket",
                        "--group",
                        "--bridge",
                        "--subnet",
                        "--userns-remap",
                        "--disk-high",
                        "--disk-low",
                        "--disk-age",
                        "--disk-keep",
                        "--disk-stopped",
                        "--git-max",
                        "--gateway-http",
                        "--gateway-file",
                        "--gateway-metrics",
                        "--registries" -> {
                    if (name.equals(word) && ++i == arguments.length) {
                        throw SampanException.invalid("option " + name + " needs a value");
                    }
                }
                case "--debug", "--train", "--help", "--version" -> {}
                default ->
                        throw SampanException.invalid(
                                "unknown option " + word + "; see sampand --help");
            }
        }
    }

    private static Path absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize();
    }

    private static boolean flag(String[] arguments, String name) {
        for (String argument : arguments) {
            if (argument.equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> value(
            String[] arguments, Map<String, String> environment, String name, String variable) {
        Optional<String> found =
                Optional.ofNullable(environment.get(variable)).filter(v -> !v.isEmpty());
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals(name) && i + 1 < arguments.length) {
                found = Optional.of(arguments[i + 1]);
            } else if (arguments[i].startsWith(name + "=")) {
                found = Optional.of(arguments[i].substring(name.length() + 1));
            }
        }
        return found;
    }
}
