package sampan.runtime.compile;

import java.util.ArrayDeque;
import java.util.Deque;

/// Paths inside a container, as text.
final class ContainerPath {
    private ContainerPath() {}

    /// The shortest absolute form: no `.`, no `..`, no double or trailing slashes. A relative path
    /// counts from the root.
    static String clean(String path) {
        if (isClean(path)) {
            return path;
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> parts.pollLast();
                default -> parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    private static boolean isClean(String path) {
        int length = path.length();
        if (length == 0 || path.charAt(0) != '/') {
            return false;
        }
        int start = 1;
        for (int i = 1; i <= length; i++) {
            if (i == length || path.charAt(i) == '/') {
                int part = i - start;
                boolean odd =
                        (part == 0 && length > 1)
                                || (part == 1 && path.charAt(start) == '.')
                                || (part == 2 && path.startsWith("..", start));
                if (odd) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /// Whether `path` is `parent` or below it; both clean.
    static boolean isWithin(String path, String parent) {
        return path.startsWith(parent)
                && (path.length() == parent.length()
                        || parent.equals("/")
                        || path.charAt(parent.length()) == '/');
    }
}
