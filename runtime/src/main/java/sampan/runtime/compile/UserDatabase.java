package sampan.runtime.compile;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.oci.spec.User;

/// /etc/passwd and /etc/group of a container, read once, asked by name or number. Lines that make
/// no sense are skipped, as the C library does.
public final class UserDatabase {
    /// More than this of either file is not read.
    public static final int FILE_BYTES_MAX = 1 << 20;

    private static final long ID_MAX = 0xffff_fffeL;

    private record Entry(String name, long uid, long gid, String home) {}

    private record Group(String name, long gid, List<String> members) {}

    private final RootView view;

    private UserDatabase(RootView view) {
        this.view = view;
    }

    public static UserDatabase of(RootView view) {
        return new UserDatabase(view);
    }

    /// Who a process is, and where its home is.
    ///
    /// @param name empty where the user is a number without a line
    public record Identity(User user, String name, String home) {}

    /// Reads `name|uid[:group|gid]`; empty is root. A user by name, or by a number that has a line,
    /// gets its line's group and all groups that list it, unless a group is given.
    ///
    /// @throws SampanException INVALID with Docker's words where a name is unknown
    public Identity resolve(String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        String group = colon < 0 ? "" : text.substring(colon + 1);
        Optional<Entry> line = user.isEmpty() ? entry(e -> e.uid == 0) : entry(user);
        long uid = line.map(Entry::uid).orElseGet(() -> user.isEmpty() ? 0 : number(user, "user"));
        String name = line.map(Entry::name).orElse("");
        List<Long> groups = new ArrayList<>();
        long gid;
        if (group.isEmpty()) {
            gid = line.map(Entry::gid).orElse(0L);
            groups.addAll(memberships(name));
        } else {
            gid = group(group);
        }
        User result = new User(uid, gid, Optional.empty(), groups);
        return new Identity(result, name, line.map(Entry::home).orElse("/"));
    }

    /// The number of a group by name or number.
    ///
    /// @throws SampanException INVALID where there is no such group
    public long group(String text) {
        for (Group group : groups()) {
            if (group.name.equals(text)) {
                return group.gid;
            }
        }
        return number(text, "group");
    }

    /// The home of a user; `/` where it has no line.
    public String home(long uid) {
        return entry(e -> e.uid == uid).map(Entry::home).orElse("/");
    }

    // A name that is all digits is a number first of all where no line has it as its name.
    private Optional<Entry> entry(String user) {
        Optional<Entry> named = entry(e -> e.name.equals(user));
        if (named.isPresent() || !isNumber(user)) {
            return named;
        }
        long uid = number(user, "user");
        return entry(e -> e.uid == uid);
    }

    private Optional<Entry> entry(java.util.function.Predicate<Entry> wanted) {
        for (String line : lines("/etc/passwd")) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 6 && isNumber(fields[2]) && isNumber(fields[3])) {
                Entry entry =
                        new Entry(
                                fields[0],
                                Long.parseLong(fields[2]),
                                Long.parseLong(fields[3]),
                                fields[5]);
                if (wanted.test(entry)) {
                    return Optional.of(entry);
                }
            }
        }
        return Optional.empty();
    }

    private Set<Long> memberships(String name) {
        Set<Long> gids = new LinkedHashSet<>();
        if (!name.isEmpty()) {
            for (Group group : groups()) {
                if (group.members.contains(name)) {
                    gids.add(group.gid);
                }
            }
        }
        return gids;
    }

    private List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        for (String line : lines("/etc/group")) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4 && isNumber(fields[2])) {
                groups.add(
                        new Group(
                                fields[0],
                                Long.parseLong(fields[2]),
                                List.of(fields[3].strip().split(",", -1))));
            }
        }
        return groups;
    }

    private List<String> lines(String path) {
        return view.text(path).map(text -> text.lines().toList()).orElse(List.of());
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= 10
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(String text, String what) {
        if (!isNumber(text)) {
            throw SampanException.invalid(
                    "unable to find "
                            + what
                            + " "
                            + text
                            + ": no matching entries in "
                            + (what.equals("user") ? "passwd" : "group")
                            + " file");
        }
        long number = Long.parseLong(text);
        if (number > ID_MAX) {
            throw SampanException.invalid(what + " " + text + " is out of range");
        }
        return number;
    }
}
