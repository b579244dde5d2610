package sampan.app.cli.files;

import java.util.ArrayList;
import java.util.List;

/// Paths as text, in the sense that Docker's copy gives them: a slash or `/.` at the end says that
/// a directory is meant, `/.` that its content is.
final class PathWords {
    private PathWords() {}

    /// The shortest path that means the same: no `.`, no `..` that could go, one slash at a time.
    static String clean(String path) {
        boolean rooted = path.startsWith("/");
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            boolean up = part.equals("..");
            if (up && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (up ? !rooted : !part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        String joined = String.join("/", parts);
        return rooted ? "/" + joined : joined.isEmpty() ? "." : joined;
    }

    /// Absolute and clean; the end that asserts a directory stays.
    static String absolute(String here, String path) {
        String whole = clean(path.startsWith("/") ? path : here + "/" + path);
        String kept = whole;
        if (meansContent(path)) {
            kept = kept.endsWith("/") ? kept + "." : kept + "/.";
        } else if (path.endsWith("/") && !kept.endsWith("/")) {
            kept = kept + "/";
        }
        return kept;
    }

    static String join(String directory, String path) {
        return clean(path.startsWith("/") ? path : directory + "/" + path);
    }

    /// It ends with `.`: what is in the directory, not the directory.
    static boolean meansContent(String path) {
        return path.equals(".") || path.endsWith("/.");
    }

    static boolean assertsDirectory(String path) {
        return path.endsWith("/") || meansContent(path);
    }

    /// The directory that holds what the path names; of a path to a directory's content the
    /// directory itself.
    static String directory(String path) {
        String whole = clean(path);
        if (meansContent(path)) {
            return whole;
        }
        int slash = whole.lastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : whole.substring(0, slash);
    }

    /// The last part: `.` for a directory's content.
    static String base(String path) {
        if (meansContent(path)) {
            return ".";
        }
        String whole = clean(path);
        return whole.equals("/") ? "/" : whole.substring(whole.lastIndexOf('/') + 1);
    }
}
