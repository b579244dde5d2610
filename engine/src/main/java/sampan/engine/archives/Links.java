package sampan.engine.archives;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import sampan.linux.files.FileOps;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Where links in a container lead, as text: for people and clients, never for opening.
final class Links {
    private static final int LINKS_MAX = 40;

    private Links() {}

    /// The path with every link replaced, inside the container; what does not exist stays as it is.
    static String resolved(Fd root, String path) {
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/", -1)));
        List<String> done = new ArrayList<>();
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            Optional<String> target =
                    links < LINKS_MAX ? target(root, done, part) : Optional.empty();
            if (target.isEmpty()) {
                done.add(part);
                continue;
            }
            links++;
            if (target.get().startsWith("/")) {
                done.clear();
            }
            List<String> parts = List.of(target.get().split("/", -1));
            parts.reversed().forEach(rest::push);
        }
        return "/" + String.join("/", done);
    }

    private static Optional<String> target(Fd root, List<String> above, String name) {
        String directory = above.isEmpty() ? "." : String.join("/", above);
        try (Fd parent = FileOps.openInRoot(root, directory, Open.PATH | Open.DIRECTORY, 0)) {
            return FileOps.statIfExists(parent, name)
                    .filter(Stat::isSymlink)
                    .map(stat -> FileOps.readlinkAt(parent, name));
        } catch (sampan.errors.ErrnoException e) {
            return Optional.empty();
        }
    }
}
