package sampan.linux.cgroups;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sampan.errors.SampanException;

/// The path of a cgroup, checked: no `.` or `..`, no empty name.
///
/// @param absolute from the root of the hierarchies, not from the own cgroup
/// @param parts at least one
record CgroupPath(boolean absolute, List<String> parts) {
    private static final Pattern SLASHES = Pattern.compile("/+");
    private static final int NAME_MAX = 255;
    private static final int PATH_MAX = 2048;

    static CgroupPath parse(String path) {
        List<String> parts = SLASHES.splitAsStream(path).filter(part -> !part.isEmpty()).toList();
        if (parts.isEmpty()) {
            throw SampanException.invalid("cgroup path \"" + path + "\" names no cgroup");
        }
        if (path.length() > PATH_MAX) {
            throw SampanException.invalid("cgroup path is longer than " + PATH_MAX);
        }
        for (String part : parts) {
            if (part.equals(".")
                    || part.equals("..")
                    || part.length() > NAME_MAX
                    || part.indexOf('\0') >= 0
                    || part.indexOf('\n') >= 0) {
                throw SampanException.invalid(
                        "cgroup path \""
                                + path
                                + "\" has the part \""
                                + part
                                + "\", which is no name of a cgroup");
            }
        }
        return new CgroupPath(path.startsWith("/"), parts);
    }

    /// The path from the root of that hierarchy, without a slash before it.
    ///
    /// @param position of the process from which relative paths count
    String in(Hierarchy hierarchy, CgroupPosition position) {
        String joined = String.join("/", parts);
        if (absolute) {
            return joined;
        }
        String base = position.in(hierarchy);
        if (hierarchy.unified() && !base.equals("/")) {
            base = base.substring(0, base.lastIndexOf('/') + 1);
        }
        String from = base.substring(1);
        return from.isEmpty() || from.endsWith("/") ? from + joined : from + "/" + joined;
    }

    CgroupPath child(String name) {
        CgroupPath below = parse(name);
        return new CgroupPath(
                absolute, Stream.concat(parts.stream(), below.parts.stream()).toList());
    }

    @Override
    public String toString() {
        return (absolute ? "/" : "") + String.join("/", parts);
    }
}
