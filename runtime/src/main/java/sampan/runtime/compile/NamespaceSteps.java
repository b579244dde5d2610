package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;

import java.util.EnumMap;
import java.util.Map;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Namespace;
import sampan.runtime.plan.Opening;
import sampan.runtime.plan.PlanWriter;

/// Makes and joins namespaces, each kind where the kernel wants it:
///
/// - pid and time are entered by the launcher before the clone, because they bind children only;
/// - a user namespace is made by the clone together with all others, which it then owns; one to
///   join is entered by the launcher last of all, so that what the clone makes belongs to it;
/// - the cgroup namespace is made by the child once it stands in its cgroups;
/// - the rest is joined by the child, unless it gets a user namespace and so loses the right to.
final class NamespaceSteps {
    private static final int ABSENT = -2;
    private static final int CREATED = -1;

    private enum Kind {
        USER(Namespace.USER, CLONE_NEWUSER),
        PID(Namespace.PID, CLONE_NEWPID),
        TIME(Namespace.TIME, CLONE_NEWTIME),
        UTS(Namespace.UTS, CLONE_NEWUTS),
        IPC(Namespace.IPC, CLONE_NEWIPC),
        NETWORK(Namespace.NETWORK, CLONE_NEWNET),
        CGROUP(Namespace.CGROUP, CLONE_NEWCGROUP),
        MOUNT(Namespace.MOUNT, CLONE_NEWNS);

        private static final Kind[] ALL = values();

        final String type;
        final long flag;

        Kind(String type, long flag) {
            this.type = type;
            this.flag = flag;
        }

        static Kind of(String type) {
            for (Kind kind : ALL) {
                if (kind.type.equals(type)) {
                    return kind;
                }
            }
            throw SampanException.invalid("namespace \"" + type + "\" does not exist");
        }
    }

    private final Linux linux;
    private final LaunchContext context;
    private final PlanWriter plan;
    // Per kind: ABSENT, CREATED, or the slot of the namespace to join.
    private final Map<Kind, Integer> states = new EnumMap<>(Kind.class);

    NamespaceSteps(Linux linux, LaunchContext context, PlanWriter plan) {
        this.linux = linux;
        this.context = context;
        this.plan = plan;
        for (Namespace namespace : linux.namespaces()) {
            Kind kind = Kind.of(namespace.type());
            if (state(kind) != ABSENT) {
                throw SampanException.invalid(
                        "malformed spec file: duplicated ns \"" + namespace.type() + "\"");
            }
            states.put(kind, CREATED);
        }
        if (context.networkSlot().isPresent()) {
            if (creates(Kind.USER) && !joinsUser()) {
                throw SampanException.invalid(
                        "a ready network namespace cannot be used with a new user namespace:"
                                + " its owner must be that user namespace");
            }
            states.put(Kind.NETWORK, context.networkSlot().getAsInt());
        }
        if (!linux.timeOffsets().isEmpty() && state(Kind.TIME) == ABSENT) {
            throw SampanException.invalid(
                    "time namespace offsets specified, but time namespace isn't enabled in the"
                            + " config");
        }
    }

    private int state(Kind kind) {
        return states.getOrDefault(kind, ABSENT);
    }

    private boolean creates(Kind kind) {
        return state(kind) == CREATED;
    }

    private boolean joins(Kind kind) {
        return state(kind) >= 0;
    }

    /// Whether the container has one of its own, made or joined.
    boolean has(String type) {
        return state(Kind.of(type)) != ABSENT;
    }

    boolean createsUser() {
        return creates(Kind.USER);
    }

    /// Whether the launcher enters a user namespace that exists: from then on it counts in its ids.
    boolean joinsUser() {
        return linux.namespaces().stream()
                .anyMatch(n -> n.type().equals(Namespace.USER) && !n.path().isEmpty());
    }

    /// The slot of the user namespace to join, once [#open] has filled it.
    int joinedUser() {
        return state(Kind.USER);
    }

    /// Whether the process lives in another user namespace than the launcher.
    boolean hasUser() {
        return state(Kind.USER) != ABSENT;
    }

    boolean createsNetwork() {
        return creates(Kind.NETWORK);
    }

    /// In the launcher, before its last steps: opens what is to be joined, enters pid and time.
    void open() {
        for (Namespace namespace : linux.namespaces()) {
            Kind kind = Kind.of(namespace.type());
            if (namespace.path().isEmpty() || joins(kind)) {
                continue;
            }
            if (!namespace.path().startsWith("/")) {
                throw SampanException.invalid(
                        "namespace path \"" + namespace.path() + "\" is not absolute");
            }
            int slot = plan.slot();
            plan.purpose("namespace path: lstat " + namespace.path());
            plan.openat2(slot, CWD, Opening.READ, namespace.path());
            plan.purpose("");
            states.put(kind, slot);
        }
    }

    /// In the launcher, right before the clone.
    void enterInLauncher() {
        if (joins(Kind.PID)) {
            plan.setns(state(Kind.PID), CLONE_NEWPID);
        }
        enterTime();
        if (hasUser()) {
            joinRest();
        }
        if (joins(Kind.USER)) {
            plan.setns(state(Kind.USER), CLONE_NEWUSER);
        }
    }

    private void enterTime() {
        if (joins(Kind.TIME)) {
            plan.setns(state(Kind.TIME), CLONE_NEWTIME);
        } else if (creates(Kind.TIME)) {
            plan.unshare(CLONE_NEWTIME);
            if (!linux.timeOffsets().isEmpty()) {
                plan.purpose("failed to update /proc/self/timens_offsets");
                plan.writeFile(CWD, "/proc/self/timens_offsets", offsets());
                plan.purpose("");
            }
        }
    }

    private String offsets() {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, Linux.TimeOffset> offset : linux.timeOffsets().entrySet()) {
            lines.append(offset.getKey())
                    .append(' ')
                    .append(offset.getValue().secs())
                    .append(' ')
                    .append(offset.getValue().nanosecs())
                    .append('\n');
        }
        return lines.toString();
    }

    private void joinRest() {
        for (Kind kind : Kind.ALL) {
            switch (kind) {
                case UTS, IPC, NETWORK, CGROUP -> {
                    if (joins(kind)) {
                        plan.setns(state(kind), kind.flag);
                    }
                }
                case USER, PID, TIME, MOUNT -> {}
            }
        }
    }

    /// What the clone itself makes.
    long cloneFlags() {
        long flags = 0;
        for (Kind kind : Kind.ALL) {
            if (creates(kind) && kind != Kind.TIME && kind != Kind.CGROUP) {
                flags |= kind.flag;
            }
        }
        return flags;
    }

    /// In the launcher after the clone: the maps of a new user namespace.
    void writeIdMaps() {
        if (!createsUser()) {
            return;
        }
        if (linux.uidMappings().isEmpty() || linux.gidMappings().isEmpty()) {
            throw SampanException.invalid(
                    "user namespaces enabled, but no uid or gid mappings found");
        }
        plan.writeChild("uid_map", IdMap.lines(linux.uidMappings()));
        if (context.has(LaunchOption.ROOTLESS)) {
            plan.writeChild("setgroups", "deny");
        }
        plan.writeChild("gid_map", IdMap.lines(linux.gidMappings()));
    }

    /// In the child, first of all.
    void enterInChild() {
        if (!hasUser()) {
            joinRest();
        }
        if (joins(Kind.MOUNT)) {
            plan.setns(state(Kind.MOUNT), CLONE_NEWNS);
        }
        if (creates(Kind.CGROUP)) {
            plan.unshare(CLONE_NEWCGROUP);
        }
        if (hasUser()) {
            becomeRoot();
        }
        if (createsNetwork()) {
            plan.loopbackUp();
        }
        for (Kind kind : Kind.ALL) {
            if (joins(kind)) {
                plan.close(state(kind));
            }
        }
    }

    private void becomeRoot() {
        if (!context.has(LaunchOption.ROOTLESS)) {
            plan.setgroups(new byte[0]);
        }
        plan.setgid(0);
        plan.setuid(0);
    }

    SampanException needs(String what, String kind) {
        return new SampanException(
                ErrorCode.INVALID,
                "unable to " + what + " without a private " + kind + " namespace");
    }
}
