package sampan.api.translate;

import java.nio.file.Path;
import sampan.errors.SampanException;

/// Where in the container something is mounted.
final class MountPath {
    private MountPath() {}

    /// The target as given, if it is an absolute path below the root.
    static String absolute(String type, String target) {
        if (!target.startsWith("/") || target.indexOf('\0') >= 0) {
            throw SampanException.invalid(
                    "invalid mount config for type \""
                            + type
                            + "\": invalid mount path: '"
                            + target
                            + "' mount path must be absolute");
        }
        if (clean(target).equals("/")) {
            throw SampanException.invalid(
                    "invalid mount config for type \""
                            + type
                            + "\": invalid specification: destination can't be '/'");
        }
        return target;
    }

    static String clean(String target) {
        return Path.of(target).normalize().toString();
    }
}
