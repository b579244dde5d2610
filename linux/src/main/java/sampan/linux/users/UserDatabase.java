package sampan.linux.users;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// A passwd and a group file, parsed. Where a name or number occurs twice the first line counts.
public record UserDatabase(List<User> users, List<Group> groups) {
    /// Bytes of each file.
    public static final int BYTES_MAX = 8 << 20;

    /// Lines of each file.
    public static final int ENTRIES_MAX = 100_000;

    public static final UserDatabase EMPTY = new UserDatabase(List.of(), List.of());

    public UserDatabase {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    /// Parses the contents of the two files.
    ///
    /// @throws SampanException INVALID where a file exceeds [#BYTES_MAX] or [#ENTRIES_MAX]
    public static UserDatabase parse(byte[] passwd, byte[] group) {
        return new UserDatabase(
                lines("/etc/passwd", passwd, UserDatabase::user),
                lines("/etc/group", group, UserDatabase::group));
    }

    /// The files below a container's root; a missing one is an empty one.
    public static UserDatabase inRoot(Fd root) {
        return parse(read(root, "etc/passwd"), read(root, "etc/group"));
    }

    /// The files of the host.
    public static UserDatabase host() {
        try (Fd root = Fd.open("/", Open.PATH | Open.DIRECTORY)) {
            return inRoot(root);
        }
    }

    private static byte[] read(Fd root, String path) {
        // Non-blocking: the image may have put a fifo there.
        int flags = Open.RDONLY | Open.NONBLOCK | Open.NOCTTY;
        try (Fd file = FileOps.openInRoot(root, path, flags, 0)) {
            if (!FileOps.stat(file).isRegular()) {
                throw SampanException.invalid("it is no regular file");
            }
            return FileIo.readFully(file, BYTES_MAX);
        } catch (SampanException e) {
            if (e instanceof ErrnoException missing
                    && (missing.errno() == Errno.ENOENT || missing.errno() == Errno.ENOTDIR)) {
                return new byte[0];
            }
            throw new SampanException(
                    ErrorCode.INVALID,
                    "cannot read " + path + " of the container: " + e.getMessage(),
                    e);
        }
    }

    private static <T> List<T> lines(
            String file, byte[] content, Function<String, Optional<T>> one) {
        if (content.length > BYTES_MAX) {
            throw SampanException.invalid(file + " has more than " + BYTES_MAX + " bytes");
        }
        List<T> entries = new ArrayList<>();
        for (int start = 0; start < content.length; ) {
            int end = start;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            one.apply(CString.decode(content, start, end - start)).ifPresent(entries::add);
            if (entries.size() > ENTRIES_MAX) {
                throw SampanException.invalid(file + " has more than " + ENTRIES_MAX + " entries");
            }
            start = end + 1;
        }
        return entries;
    }

    private static Optional<User> user(String line) {
        String[] f = line.strip().split(":", -1);
        if (f.length < 4 || f[0].isEmpty() || f[0].startsWith("#")) {
            return Optional.empty();
        }
        Optional<Integer> uid = id(f[2]);
        Optional<Integer> gid = id(f[3]);
        if (uid.isEmpty() || gid.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new User(f[0], uid.get(), gid.get(), field(f, 4), field(f, 5), field(f, 6)));
    }

    private static Optional<Group> group(String line) {
        String[] f = line.strip().split(":", -1);
        if (f.length < 3 || f[0].isEmpty() || f[0].startsWith("#")) {
            return Optional.empty();
        }
        List<String> members =
                Arrays.stream(field(f, 3).split(",", -1))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
        return id(f[2]).map(gid -> new Group(f[0], gid, members));
    }

    private static String field(String[] fields, int index) {
        return index < fields.length ? fields[index] : "";
    }

    /// A number from 0 to 2147483647.
    private static Optional<Integer> id(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 10
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        long value = digits ? Long.parseLong(text) : -1;
        return value >= 0 && value <= Integer.MAX_VALUE
                ? Optional.of((int) value)
                : Optional.empty();
    }

    public Optional<User> user(int uid) {
        return users.stream().filter(user -> user.uid() == uid).findFirst();
    }

    public Optional<User> userNamed(String name) {
        return users.stream().filter(user -> user.name().equals(name)).findFirst();
    }

    public Optional<Group> group(int gid) {
        return groups.stream().filter(group -> group.gid() == gid).findFirst();
    }

    public Optional<Group> groupNamed(String name) {
        return groups.stream().filter(group -> group.name().equals(name)).findFirst();
    }

    /// The group by name or number; the number needs no entry.
    ///
    /// @throws SampanException INVALID where there is no such name
    public int gid(String nameOrNumber) {
        if (id(nameOrNumber).isEmpty() && nameOrNumber.matches("-?[0-9]+")) {
            throw SampanException.invalid("uids and gids must be in range 0-2147483647");
        }
        return groupNamed(nameOrNumber)
                .map(Group::gid)
                .or(() -> id(nameOrNumber))
                .orElseThrow(() ->
                        SampanException.invalid(
                                "unable to find group "
                                        + nameOrNumber
                                        + ": no matching entries in group file"));
    }

    /// Resolves `user`, `user:group`, each a name or a number, as Docker does: a user that passwd
    /// has brings its primary group and those that list it; a number that passwd lacks has group 0;
    /// a group that is given replaces all others; empty is root.
    ///
    /// @throws SampanException INVALID where a name is unknown or a number out of range
    public Identity resolve(String specification) {
        int colon = specification.indexOf(':');
        String userPart = colon < 0 ? specification : specification.substring(0, colon);
        String groupPart = colon < 0 ? "" : specification.substring(colon + 1);
        Optional<Integer> number = userPart.isEmpty() ? Optional.of(0) : id(userPart);
        Optional<User> user =
                users.stream()
                        .filter(u ->
                                u.name().equals(userPart) || number.equals(Optional.of(u.uid())))
                        .findFirst();
        if (user.isEmpty() && number.isEmpty() && userPart.matches("-?[0-9]+")) {
            throw SampanException.invalid("uids and gids must be in range 0-2147483647");
        }
        int uid =
                user.map(User::uid)
                        .or(() -> number)
                        .orElseThrow(() ->
                                SampanException.invalid(
                                        "unable to find user "
                                                + userPart
                                                + ": no matching entries in passwd file"));
        String home = user.map(User::home).filter(h -> !h.isEmpty()).orElse("/");
        Optional<String> name = user.map(User::name);
        if (!groupPart.isEmpty()) {
            return new Identity(uid, gid(groupPart), List.of(), home, name);
        }
        List<Integer> more = name.map(this::groupsListing).orElse(List.of());
        return new Identity(uid, user.map(User::gid).orElse(0), more, home, name);
    }

    private List<Integer> groupsListing(String user) {
        Set<Integer> gids = new LinkedHashSet<>();
        for (Group group : groups) {
            if (group.members().contains(user)) {
                gids.add(group.gid());
            }
        }
        return List.copyOf(gids);
    }
}
