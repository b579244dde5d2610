package sampan.engine.trees;

import java.util.ArrayList;
import java.util.List;
import sampan.oci.tar.TarException;

/// An archive's name, reduced to a path below a directory.
///
/// @param parent without slashes at its ends; empty for the directory itself
/// @param name the last part; empty for the directory itself
public record EntryPath(String parent, String name) {
    public static final EntryPath ROOT = new EntryPath("", "");

    /// Leading slashes, empty parts and dots are dropped; `..` takes a part back.
    ///
    /// @throws TarException where that leads above the directory
    public static EntryPath of(String raw) {
        int start = 0;
        int end = raw.length();
        while (start < end && raw.charAt(start) == '/') {
            start++;
        }
        while (end > start && raw.charAt(end - 1) == '/') {
            end--;
        }
        String text = raw.substring(start, end);
        if (needsWork(text)) {
            text = reduced(text, raw);
        }
        if (text.isEmpty()) {
            return ROOT;
        }
        int slash = text.lastIndexOf('/');
        return slash < 0
                ? new EntryPath("", text)
                : new EntryPath(text.substring(0, slash), text.substring(slash + 1));
    }

    private static boolean needsWork(String text) {
        return text.startsWith(".") || text.contains("/.") || text.contains("//");
    }

    private static String reduced(String text, String raw) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    throw new TarException("archive entry " + raw + " leads out of its directory");
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    public boolean isRoot() {
        return name.isEmpty();
    }

    public String path() {
        return parent.isEmpty() ? name : parent + "/" + name;
    }
}
