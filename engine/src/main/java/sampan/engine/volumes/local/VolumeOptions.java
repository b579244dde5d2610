package sampan.engine.volumes.local;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// What the options of a local volume ask for.
sealed interface VolumeOptions {
    /// The names that the driver knows.
    Set<String> KNOWN = Set.of("type", "o", "device");

    /// A directory of ours.
    record Plain() implements VolumeOptions {}

    /// A directory of the host.
    record Bind(Path device) implements VolumeOptions {}

    /// Memory.
    ///
    /// @param options of the mount: size=…, mode=…, uid=…, gid=…, nr_inodes=…
    record Tmpfs(List<String> options) implements VolumeOptions {}

    /// INVALID for unknown or missing options, UNSUPPORTED for other types of mounts.
    static VolumeOptions parse(String name, Map<String, String> options) {
        for (String option : options.keySet()) {
            if (!KNOWN.contains(option)) {
                throw SampanException.invalid(
                        "create " + name + ": invalid option: \"" + option + "\"");
            }
        }
        if (options.isEmpty()) {
            return new Plain();
        }
        String type = options.getOrDefault("type", "");
        String device = options.getOrDefault("device", "");
        List<String> words =
                Arrays.stream(options.getOrDefault("o", "").split(","))
                        .filter(w -> !w.isEmpty())
                        .toList();
        if (device.isEmpty()) {
            throw SampanException.invalid(
                    "create " + name + ": missing required option: \"device\"");
        }
        if ((type.equals("none") || type.equals("bind") || type.isEmpty())
                && (words.contains("bind") || words.contains("rbind"))) {
            return bind(name, device);
        }
        if (type.equals("tmpfs")) {
            return new Tmpfs(words);
        }
        if (type.isEmpty()) {
            throw SampanException.invalid("create " + name + ": missing required option: \"type\"");
        }
        throw new SampanException(
                ErrorCode.UNSUPPORTED,
                "create "
                        + name
                        + ": volume type "
                        + type
                        + " is not supported: use type=tmpfs, or mount it on the host and give"
                        + " type=none,o=bind,device=DIRECTORY");
    }

    private static Bind bind(String name, String device) {
        if (!device.startsWith("/")) {
            throw SampanException.invalid(
                    "create " + name + ": device must be an absolute path: " + device);
        }
        return new Bind(Path.of(device));
    }
}
