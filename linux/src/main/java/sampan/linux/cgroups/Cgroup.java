package sampan.linux.cgroups;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// A cgroup: one path in every hierarchy of the layout. A handle, not the thing: it may not exist.
/// Has no state, so it is free to make and safe to share.
public final class Cgroup {
    /// How long [#delete()] waits for the last process to be gone from the kernel's books.
    public static final Duration DELETE_LIMIT = Duration.ofSeconds(2);

    private final CgroupLayout layout;
    private final CgroupPath path;
    private final CgroupPosition position;
    private final List<CgroupNode> nodes;

    private Cgroup(
            CgroupLayout layout, CgroupPath path, CgroupPosition position, List<CgroupNode> nodes) {
        this.layout = layout;
        this.path = path;
        this.position = position;
        this.nodes = List.copyOf(nodes);
    }

    static Cgroup at(CgroupLayout layout, CgroupPath path, CgroupPosition position) {
        List<CgroupNode> nodes = new ArrayList<>();
        for (Hierarchy hierarchy : layout.hierarchies()) {
            nodes.add(new CgroupNode(hierarchy, path.in(hierarchy, position)));
        }
        return new Cgroup(layout, path, position, nodes);
    }

    /// The path as it was given.
    public String path() {
        return path.toString();
    }

    /// Its directory in that hierarchy, as an absolute path.
    public String hostPath(Hierarchy hierarchy) {
        return in(hierarchy).absolute("");
    }

    /// The cgroup of that name below it; a name with slashes leads further down.
    public Cgroup child(String name) {
        return at(layout, path.child(name), position);
    }

    /// The same, but in some hierarchies further down.
    ///
    /// @param names cgroups below it by controller, as /proc/PID/cgroup calls those of version 1
    /// @throws SampanException INVALID for a controller that has no hierarchy of version 1
    public Cgroup children(Map<String, String> names) {
        List<CgroupNode> below = new ArrayList<>(nodes);
        names.forEach((controller, name) -> {
            int at = 0;
            while (at < nodes.size() && !nodes.get(at).hierarchy().governs(controller)) {
                at++;
            }
            if (at == nodes.size()) {
                throw SampanException.invalid(
                        "unknown controller " + controller + " in SubCgroupPaths");
            }
            below.set(at, nodes.get(at).child(String.join("/", CgroupPath.parse(name).parts())));
        });
        return new Cgroup(layout, path, position, below);
    }

    /// Where a further process can go: here, or beside a member further down where the kernel lets
    /// none in here any more, because somebody inside hands controllers down (version 2 knows no
    /// processes in such a cgroup; an init system in a container does that).
    ///
    /// @param member a process that was started in this cgroup
    public Cgroup beside(int member) {
        Optional<CgroupNode> unified = unifiedNode();
        if (unified.isEmpty() || !Controllers.refusesProcesses(unified.get())) {
            return this;
        }
        CgroupNode here = unified.get();
        CgroupPosition theirs =
                CgroupPosition.of(
                        CgroupMounts.linesOf(Integer.toString(member)),
                        CgroupMounts.linesOf("self"));
        String path = theirs.in(here.hierarchy()).substring(1);
        if (!path.startsWith(here.path() + "/")) {
            return this;
        }
        List<CgroupNode> there = new ArrayList<>(nodes);
        there.set(nodes.indexOf(here), new CgroupNode(here.hierarchy(), path));
        return new Cgroup(layout, this.path, position, there);
    }

    /// The hierarchies in which it does not exist, as the absolute paths that it has there.
    public List<String> missing() {
        return nodes.stream().filter(node -> !node.exists()).map(n -> n.absolute("")).toList();
    }

    /// Makes it, or takes one that exists and is empty, and sets the limits.
    void make(CgroupLimits limits) {
        CgroupBirth birth = new CgroupBirth();
        try {
            for (CgroupNode node : nodes) {
                if (!birth.make(node)) {
                    refuseInUse(node);
                }
            }
            if (layout instanceof CgroupLayout.V2(Hierarchy tree)) {
                Controllers.offer(nodes.getFirst(), tree.controllers());
            }
            new LimitsWriter(this).apply(limits, true);
        } catch (RuntimeException e) {
            birth.undo();
            throw e;
        }
    }

    private void refuseInUse(CgroupNode node) {
        int count = node.processes().size();
        if (count > 0) {
            throw SampanException.conflict(
                    "cgroup "
                            + node.absolute("")
                            + " is not empty: "
                            + count
                            + " process(es) found; use another cgroup path");
        }
        if (freezer()
                .map(freezer -> freezer.node().equals(node) && freezer.isFrozen())
                .orElse(false)) {
            throw SampanException.conflict(
                    "cgroup " + node.absolute("") + " is unexpectedly frozen; thaw it first");
        }
    }

    /// Sets limits of one that exists; what the limits leave empty stays as it is. A value that the
    /// kernel refuses stops the update where it is: earlier settings are in force then.
    ///
    /// @throws SampanException as from [CgroupLayout#create]; CONFLICT for a memory limit below
    ///   what is in use
    public void update(CgroupLimits limits) {
        new LimitsWriter(this).apply(limits, false);
    }

    /// How the first process, or a further one, gets in.
    public CgroupEntry entry() {
        List<String> self = new ArrayList<>();
        List<String> procs = new ArrayList<>();
        Optional<String> unifiedProcs = Optional.empty();
        Optional<Fd> directory = Optional.empty();
        for (CgroupNode node : nodes) {
            if (node.hierarchy().unified()) {
                unifiedProcs = Optional.of(node.absolute("cgroup.procs"));
                directory = Optional.of(node.openOrThrow("", Open.PATH | Open.DIRECTORY));
            } else {
                self.add(node.absolute("tasks"));
                procs.add(node.absolute("cgroup.procs"));
            }
        }
        return new CgroupEntry(self, procs, unifiedProcs, directory);
    }

    /// Puts a process that exists, all its threads included, into it.
    public void join(int pid) {
        for (CgroupNode node : nodes) {
            node.write("cgroup.procs", Integer.toString(pid));
        }
    }

    /// Whether it exists in any hierarchy.
    public boolean exists() {
        return nodes.stream().anyMatch(CgroupNode::exists);
    }

    /// Whether no process is in it or below it.
    public boolean isEmpty() {
        Optional<CgroupNode> unified = unifiedNode();
        if (unified.isPresent()
                && unified.get().keyed("cgroup.events", "populated").orElse(0) != 0) {
            return false;
        }
        return processes().isEmpty();
    }

    /// The processes in it and in all cgroups below, each once, as pids of our namespace. A process
    /// that is about to end may be among them.
    public List<Integer> processes() {
        List<Integer> all = new ArrayList<>();
        CgroupNode book = book();
        book.deepestFirst(node -> all.addAll(node.processes()));
        return all.stream().distinct().toList();
    }

    /// The hierarchy whose list of processes counts.
    private CgroupNode book() {
        return node(Controller.FREEZER).or(() -> node(Controller.PIDS)).orElseGet(nodes::getFirst);
    }

    /// Stops all processes in it and below it. Returns when they stand still.
    ///
    /// @throws SampanException UNAVAILABLE where that takes longer than [CgroupFreezer#LIMIT] (they
    ///   are let go again); UNSUPPORTED without a freezer
    public void freeze() {
        freezerOrThrow().freeze();
    }

    /// Lets them go on; harmless where they do.
    public void thaw() {
        freezerOrThrow().thaw();
    }

    /// Whether it is frozen itself; one that is only below a frozen one is not.
    public boolean isFrozen() {
        return freezer().map(CgroupFreezer::isFrozen).orElse(false);
    }

    private CgroupFreezer freezerOrThrow() {
        return freezer()
                .orElseThrow(() ->
                        new SampanException(
                                ErrorCode.UNSUPPORTED,
                                "cannot pause: this host has no freezer cgroup"));
    }

    private Optional<CgroupFreezer> freezer() {
        return node(Controller.FREEZER).map(CgroupFreezer::new);
    }

    /// Sends a signal to all processes in it and below it; none of them can escape by forking. One
    /// that is frozen stays so, except for SIGKILL, which lets it go in order to end.
    ///
    /// @param signal number as in signal(7)
    public void kill(int signal) {
        new CgroupSignal(unifiedNode(), freezer(), this::processes).send(signal);
    }

    /// What it used up to now. What no controller counts here is zero or empty.
    public CgroupStats stats() {
        return StatsReader.read(this);
    }

    /// Where its kills for want of memory are counted; empty without the memory controller.
    public Optional<OomCounter> oomCounter() {
        return node(Controller.MEMORY)
                .map(node ->
                        node.hierarchy().unified()
                                ? new OomCounter(node.absolute("memory.events"), "oom_kill", "")
                                : new OomCounter(
                                        node.absolute("memory.oom_control"),
                                        "oom_kill",
                                        node.absolute("cgroup.event_control")));
    }

    /// How many processes of it were killed for want of memory.
    public long oomKills() {
        return node(Controller.MEMORY)
                .map(node ->
                        node.keyed(
                                        node.hierarchy().unified()
                                                ? "memory.events"
                                                : "memory.oom_control",
                                        "oom_kill")
                                .orElse(0))
                .orElse(0L);
    }

    /// Gives the cgroup to another user, who may then make cgroups in it: the directory and the
    /// files that the kernel lists for that. Version 2 only; elsewhere nothing is done, because
    /// version 1 cannot be delegated safely.
    public void delegate(int uid, int gid) {
        unifiedNode().ifPresent(node -> Delegation.give(node, uid, gid));
    }

    /// Removes it and all cgroups in it, in every hierarchy. Does not kill: see [#kill].
    ///
    /// @throws SampanException UNAVAILABLE where processes are left in it after [#DELETE_LIMIT]
    public void delete() {
        CgroupEnd.remove(nodes, unifiedNode(), DELETE_LIMIT);
    }

    CgroupLayout layout() {
        return layout;
    }

    /// Its directory in the hierarchy that governs that controller.
    Optional<CgroupNode> node(Controller controller) {
        return layout.home(controller).map(this::in);
    }

    Optional<CgroupNode> unifiedNode() {
        return layout.unified().map(this::in);
    }

    private CgroupNode in(Hierarchy hierarchy) {
        for (CgroupNode node : nodes) {
            if (node.hierarchy() == hierarchy) {
                return node;
            }
        }
        throw new IllegalStateException(hierarchy + " is of another layout");
    }

    @Override
    public String toString() {
        return "cgroup " + path;
    }
}
