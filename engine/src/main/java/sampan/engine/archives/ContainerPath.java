package sampan.engine.archives;

import java.util.ArrayList;
import java.util.List;

/// A path as a caller of copy names it.
///
/// @param path cleaned, without a slash in front; empty for the root
/// @param follow it ended with a slash or a dot: a link at its end is followed
/// @param name what its entries are called in an archive: the last part, `.` after a closing dot,
///   `/` for the root
record ContainerPath(String path, boolean follow, String name) {
    static ContainerPath of(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        boolean dot = text.endsWith("/.") || text.equals(".");
        boolean slash = text.endsWith("/");
        String path = String.join("/", parts);
        String name = parts.isEmpty() ? "/" : dot ? "." : parts.getLast();
        return new ContainerPath(path, dot || slash || parts.isEmpty(), name);
    }

    /// As the container writes it.
    String absolute() {
        return "/" + path;
    }
}
