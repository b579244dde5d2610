package sampan.app.cli.namespaces;

import java.util.List;
import picocli.CommandLine.Option;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.BecomeStep;
import sampan.app.session.Caller;
import sampan.linux.users.UserDatabase;

/// Who is who in a new user namespace, as unshare(1) has it.
final class IdMapOptions {
    @Option(
            names = {"-r", "--map-root-user"},
            description = "Map the current user to root (implies --user)")
    private boolean mapRoot;

    @Option(
            names = {"-c", "--map-current-user"},
            description = "Map the current user to itself (implies --user)")
    private boolean mapCurrent;

    @Option(names = "--map-user", description = "Map the current user to this uid or name")
    private String mapUser = "";

    @Option(names = "--map-group", description = "Map the current group to this gid or name")
    private String mapGroup = "";

    @Option(
            names = "--map-users",
            description = "Map COUNT users from OUTER to INNER: OUTER,INNER,COUNT")
    private String mapUsers = "";

    @Option(
            names = "--map-groups",
            description = "Map COUNT groups from OUTER to INNER: OUTER,INNER,COUNT")
    private String mapGroups = "";

    @Option(names = "--map-auto", description = "Refused: give --map-users and --map-groups")
    private boolean mapAuto;

    @Option(names = "--setgroups", description = "allow or deny setgroups in the user namespace")
    private String setgroups = "";

    boolean any() {
        if (mapAuto) {
            throw new UsageException(
                    "--map-auto is not supported: give --map-users and --map-groups");
        }
        return mapRoot
                || mapCurrent
                || !mapUser.isEmpty()
                || !mapGroup.isEmpty()
                || !mapUsers.isEmpty()
                || !mapGroups.isEmpty();
    }

    /// Ranges are written by a process that stays outside, at the moment of the unsharing.
    BecomeStep unshare(long flags) {
        return mapUsers.isEmpty() && mapGroups.isEmpty()
                ? new BecomeStep.Unshare(flags)
                : new BecomeStep.UnshareMapped(
                        flags, range("--map-users", mapUsers), range("--map-groups", mapGroups));
    }

    /// `OUTER,INNER,COUNT` as the kernel wants it: inner, outer, count.
    private static String range(String flag, String text) {
        if (text.isEmpty()) {
            return "";
        }
        String[] parts = text.split(",", -1);
        if (parts.length != 3 || !List.of(parts).stream().allMatch(p -> p.matches("[0-9]{1,10}"))) {
            throw UsageException.ofFlag(flag, text, "give OUTER,INNER,COUNT");
        }
        return parts[1] + " " + parts[0] + " " + parts[2];
    }

    /// One id alone may be mapped from inside by anybody, once setgroups is denied.
    void write(Caller caller, boolean users, List<BecomeStep> steps) {
        String user = wanted(mapUser, caller.uid(), true);
        String group = wanted(mapGroup, caller.gid(), false);
        if (!user.isEmpty() && mapUsers.isEmpty()) {
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/uid_map", user + " " + caller.uid() + " 1"));
        }
        if (!group.isEmpty() && mapGroups.isEmpty()) {
            if (setgroups.equals("allow")) {
                throw new UsageException(
                        "options --setgroups=allow and --map-group are mutually exclusive");
            }
            steps.add(new BecomeStep.WriteFile("/proc/self/setgroups", "deny"));
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/gid_map", group + " " + caller.gid() + " 1"));
        } else if (!setgroups.isEmpty() && users) {
            if (!List.of("allow", "deny").contains(setgroups)) {
                throw UsageException.ofFlag("--setgroups", setgroups, "give allow or deny");
            }
            steps.add(new BecomeStep.WriteFile("/proc/self/setgroups", setgroups));
        }
    }

    /// The id inside, or empty where none is mapped.
    private String wanted(String named, int current, boolean user) {
        if (!named.isEmpty()) {
            return number(named, user);
        }
        return mapRoot ? "0" : mapCurrent ? Integer.toString(current) : "";
    }

    private static String number(String named, boolean user) {
        if (named.matches("[0-9]{1,10}")) {
            return named;
        }
        UserDatabase database = UserDatabase.host();
        var found =
                user
                        ? database.userNamed(named).map(u -> u.uid())
                        : database.groupNamed(named).map(g -> g.gid());
        return found.map(String::valueOf)
                .orElseThrow(() ->
                        UsageException.ofFlag(
                                user ? "--map-user" : "--map-group", named, "no such name"));
    }
}
