package sampan.runtime.lifecycle;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.errors.SampanException;
import sampan.linux.cgroups.Cgroup;

/// Where below a container's cgroup a further process goes.
///
/// @param paths by controller; the only one of the empty name holds for all hierarchies
public record SubCgroups(Map<String, String> paths) {
    /// The container's own cgroup.
    public static final SubCgroups NONE = new SubCgroups(Map.of());

    public SubCgroups {
        paths = Map.copyOf(paths);
    }

    /// Reads `PATH`, or any number of `CONTROLLER[,CONTROLLER...]:PATH`.
    ///
    /// @throws SampanException INVALID in runc's words
    public static SubCgroups parse(List<String> words) {
        Map<String, String> paths = new LinkedHashMap<>();
        for (String word : words) {
            int colon = word.indexOf(':');
            if (colon < 0) {
                if (words.size() > 1) {
                    throw invalid(word, "missing <controller>: prefix");
                }
                return new SubCgroups(Map.of("", word));
            }
            for (String controller : word.substring(0, colon).split(",", -1)) {
                if (controller.isEmpty()) {
                    throw invalid(word, "empty <controller> prefix");
                }
                if (paths.put(controller, word.substring(colon + 1)) != null) {
                    throw invalid(word, "controller " + controller + " specified multiple times");
                }
            }
        }
        return new SubCgroups(paths);
    }

    private static SampanException invalid(String word, String why) {
        return SampanException.invalid("invalid --cgroup argument: " + word + " (" + why + ")");
    }

    /// @throws SampanException NOT_FOUND where one is missing
    Cgroup below(Cgroup container) {
        Map<String, String> relative = new HashMap<>();
        paths.forEach((controller, path) -> {
            String below = relative(path);
            if (!below.isEmpty()) {
                relative.put(controller, below);
            }
        });
        if (relative.isEmpty()) {
            return container;
        }
        Cgroup cgroup =
                relative.containsKey("")
                        ? container.child(relative.getOrDefault("", ""))
                        : container.children(relative);
        cgroup.missing().stream()
                .findFirst()
                .ifPresent(path -> {
                    throw SampanException.notFound(
                            "unable to start container process: error adding pid to cgroups: open "
                                    + path
                                    + "/cgroup.procs: no such file or directory");
                });
        return cgroup;
    }

    private static String relative(String path) {
        Path normal = Path.of("./" + path).normalize();
        if (normal.startsWith("..")) {
            throw SampanException.invalid(
                    "bad sub cgroup path: " + path + " is not a sub cgroup path");
        }
        return normal.toString();
    }
}
