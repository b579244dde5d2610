package sampan.linux.namespaces;

import java.util.NoSuchElementException;
import sampan.errors.SampanException;

/// One namespace while it lives; the inode may be another's afterwards.
public record NamespaceId(NamespaceKind kind, long inode) {
    /// Reads the target of a link under /proc/PID/ns: `mnt:[4026531832]`.
    public static NamespaceId parse(String link) {
        int colon = link.indexOf(":[");
        try {
            if (colon > 0 && link.endsWith("]")) {
                NamespaceKind kind =
                        NamespaceKind.ofProcName(link.substring(0, colon)).orElseThrow();
                return new NamespaceId(
                        kind, Long.parseLong(link.substring(colon + 2, link.length() - 1)));
            }
        } catch (NumberFormatException | NoSuchElementException e) {
            // Falls through to the one failure below.
        }
        throw SampanException.invalid("namespace \"" + link + "\" is not of the form kind:[inode]");
    }

    @Override
    public String toString() {
        return kind.procName() + ":[" + inode + "]";
    }
}
