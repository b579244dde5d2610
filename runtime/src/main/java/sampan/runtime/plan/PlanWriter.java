package sampan.runtime.plan;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import sampan.errors.SampanException;

/// Writes a launch plan: one method per step, named after it, arguments in the order of plan.h,
/// which says what each does. Every text must be free of NUL; a plan that grows beyond the limits
/// of the launcher is refused with `INVALID`. For one thread, one plan.
///
/// Stages go forward only ([#stage]). Slots: the descriptors that the launcher is given fill 0 to
/// fdCount-1; [#slot] reserves a free one for a step's output, [#close] gives it back.
public final class PlanWriter {
    public static final int MAGIC = 0x314c5053;
    public static final int VERSION = 1;
    public static final int SIZE_MAX = 4 << 20;
    public static final int OPS_MAX = 4096;
    public static final int SLOTS_MAX = 256;

    /// In place of a directory's slot: the working directory, or nothing where the path is
    /// absolute.
    public static final int CWD = -100;

    /// In place of an optional slot.
    public static final int NONE = -1;

    /// A missing file is no failure; the step's output slot stays closed.
    public static final int IGNORE_ENOENT = 1;

    /// No failure at all stops the plan.
    public static final int IGNORE_ERROR = 2;

    /// The step is left out when its first input slot is closed.
    public static final int SKIP_IF_CLOSED = 4;

    static final int HEADER_BYTES = 16;
    private static final int OP_COUNT_AT = 6;
    private static final int TOTAL_SIZE_AT = 8;

    private final PlanBuffer out = new PlanBuffer();
    private final StepBytes step = new StepBytes(out);
    private final BitSet slots = new BitSet(SLOTS_MAX);
    private final List<String> warnings = new ArrayList<>(0);
    private final List<LaunchPlan.Purpose> purposes = new ArrayList<>();
    private final int fdCount;
    private Stage stage = Stage.MONITOR;
    private int flags;
    private int steps;

    /// @param fdCount how many descriptors the launcher is given for this plan
    public PlanWriter(int fdCount) {
        if (fdCount < 0 || fdCount > SLOTS_MAX) {
            throw SampanException.invalid(
                    "launch plan takes at most " + SLOTS_MAX + " descriptors, not " + fdCount);
        }
        this.fdCount = fdCount;
        slots.set(0, fdCount);
        out.putInt(MAGIC);
        out.putShort(VERSION);
        out.putShort(0);
        out.putInt(0);
        out.putInt(fdCount);
    }

    /// Ends the plan. The writer must not be used afterwards.
    public LaunchPlan finish() {
        out.setShort(OP_COUNT_AT, steps);
        out.setInt(TOTAL_SIZE_AT, out.size());
        return new LaunchPlan(out.array(), out.size(), steps, fdCount, warnings, purposes);
    }

    /// From here on, steps run in that stage.
    public void stage(Stage next) {
        if (next.compareTo(stage) < 0) {
            throw new IllegalStateException(next + " after " + stage);
        }
        stage = next;
    }

    /// The next step, and only that, gets these flags ([#IGNORE_ENOENT] and so on).
    public PlanWriter with(int stepFlags) {
        flags |= stepFlags;
        return this;
    }

    /// What the steps from here on are for, as it begins the message about one that fails: `error
    /// mounting "a" to rootfs at "b"`. Empty: nothing to add to what the step says of itself.
    public void purpose(String text) {
        purposes.add(new LaunchPlan.Purpose(steps, text));
    }

    /// What the user is told although the plan runs.
    public void warn(String text) {
        warnings.add(text);
    }

    /// A free slot, reserved until [#close].
    public int slot() {
        int slot = slots.nextClearBit(0);
        if (slot >= SLOTS_MAX) {
            throw SampanException.invalid(
                    "launch plan needs more than " + SLOTS_MAX + " descriptors at once");
        }
        slots.set(slot);
        return slot;
    }

    /// Closes what is in the slot and frees it.
    public void close(int slot) {
        begin(Op.CLOSE).i(slot).end();
        slots.clear(slot);
    }

    private StepBytes begin(Op op) {
        if (++steps > OPS_MAX) {
            throw SampanException.invalid(
                    "launch plan has more than " + OPS_MAX + " steps: give fewer mounts");
        }
        int stepFlags = flags;
        flags = 0;
        return step.begin(op, stage, stepFlags);
    }

    public void taskDirectory(String path) {
        begin(Op.MON_DIR).s(path).end();
    }

    public void log(long maxBytes, int maxFiles, String path, String attrs) {
        begin(Op.MON_LOG).i(maxBytes).i(maxFiles).s(path).s(attrs).end();
    }

    public void stdio(int mode, boolean openStdin) {
        begin(Op.MON_STDIO).i(mode).b(openStdin).end();
    }

    public void oomCounter(String file, String key, String control) {
        begin(Op.MON_OOM).s(file).s(key).s(control).end();
    }

    public void drain(int millis) {
        begin(Op.MON_DRAIN).i(millis).end();
    }

    public void detachMonitor() {
        begin(Op.MON_DETACH).end();
    }

    public void consoleSocket(int socket) {
        begin(Op.MON_CONSOLE_SOCKET).i(socket).end();
    }

    public void stdinOnce() {
        begin(Op.MON_STDIN_ONCE).end();
    }

    public void attach(int in, int out, int err, int flags) {
        begin(Op.MON_ATTACH).i(in).i(out).i(err).i(flags).end();
    }

    public void stdioOwner(long uid, long gid) {
        begin(Op.MON_STDIO_OWNER).i(uid).i(gid).end();
    }

    public void attachKeys(String keys) {
        begin(Op.MON_ATTACH_KEYS).s(keys).end();
    }

    public void subreaper() {
        begin(Op.MON_SUBREAPER).end();
    }

    public void clone(long flags, int cgroup) {
        begin(Op.CLONE).i(flags).i(cgroup).end();
    }

    public void writeChild(String file, String data) {
        begin(Op.WRITE_CHILD).s(file).s(data).end();
    }

    public void writePid(int dir, String path) {
        begin(Op.WRITE_PID).i(dir).s(path).end();
    }

    public void sync() {
        begin(Op.SYNC).end();
    }

    public void awaitChild() {
        begin(Op.AWAIT_CHILD).end();
    }

    public void awaitParent() {
        begin(Op.AWAIT_PARENT).end();
    }

    public void setns(int ns, long kinds) {
        begin(Op.SETNS).i(ns).i(kinds).end();
    }

    public void unshare(long kinds) {
        begin(Op.UNSHARE).i(kinds).end();
    }

    public void loopbackUp() {
        begin(Op.LOOPBACK_UP).end();
    }

    public void hostname(String name) {
        begin(Op.SETHOSTNAME).s(name).end();
    }

    public void domainname(String name) {
        begin(Op.SETDOMAINNAME).s(name).end();
    }

    public void openat2(int out, int dir, Opening how, String path) {
        begin(Op.OPENAT2).i(out).i(dir).i(how.flags()).i(how.mode()).i(how.resolve()).s(path).end();
    }

    public void ensureDir(int out, int root, int mode, String path) {
        begin(Op.ENSURE_DIR).i(out).i(root).i(mode).s(path).end();
    }

    public void ensureFile(int out, int root, int mode, String path) {
        begin(Op.ENSURE_FILE).i(out).i(root).i(mode).s(path).end();
    }

    public void mknod(int root, Node node, String path) {
        begin(Op.MKNOD)
                .i(root)
                .i(node.mode())
                .i(node.dev())
                .i(node.uid())
                .i(node.gid())
                .s(path)
                .end();
    }

    public void symlink(int root, String target, String path) {
        begin(Op.SYMLINK).i(root).s(target).s(path).end();
    }

    public void writeFile(int dir, String path, String data) {
        begin(Op.WRITE_FILE).i(dir).s(path).s(data).end();
    }

    public void chown(int file, long uid, long gid) {
        begin(Op.CHOWN).i(file).i(uid).i(gid).end();
    }

    public void chmod(int file, int mode) {
        begin(Op.CHMOD).i(file).i(mode).end();
    }

    public void mkdir(int dir, int mode, String path) {
        begin(Op.MKDIR).i(dir).i(mode).s(path).end();
    }

    public void fsopen(int out, String fstype) {
        begin(Op.FSOPEN).i(out).s(fstype).end();
    }

    public void fsconfig(int fs, String key, String value) {
        begin(Op.FSCONFIG).i(fs).s(key).s(value).end();
    }

    public void fsconfigFlag(int fs, String key) {
        begin(Op.FSCONFIG_FLAG).i(fs).s(key).end();
    }

    public void fsconfigFd(int fs, int file, String key) {
        begin(Op.FSCONFIG_FD).i(fs).i(file).s(key).end();
    }

    public void fsmount(int out, int fs, long attr) {
        begin(Op.FSMOUNT).i(out).i(fs).i(attr).end();
    }

    public void openTree(int out, int dir, long flags, String path) {
        begin(Op.OPEN_TREE).i(out).i(dir).i(flags).s(path).end();
    }

    public void moveMount(int mount, int target, long flags, String path) {
        begin(Op.MOVE_MOUNT).i(mount).i(target).i(flags).s(path).end();
    }

    public void mountSetattr(int mount, long flags, MountAttributes attr) {
        begin(Op.MOUNT_SETATTR)
                .i(mount)
                .i(flags)
                .i(attr.set())
                .i(attr.clear())
                .i(attr.propagation())
                .i(attr.userns())
                .i(0)
                .end();
    }

    public void mount(int target, String path, OldMount mount) {
        begin(Op.MOUNT)
                .i(target)
                .i(mount.flags())
                .s(mount.source())
                .s(path)
                .s(mount.fstype())
                .s(mount.data())
                .end();
    }

    public void pivot(int root) {
        begin(Op.PIVOT).i(root).end();
    }

    public void moveRoot(int root) {
        begin(Op.MOVE_ROOT).i(root).end();
    }

    public void chroot(int root) {
        begin(Op.CHROOT).i(root).end();
    }

    public void mask(int root, String path) {
        begin(Op.MASK).i(root).s(path).end();
    }

    public void readonly(int root, String path) {
        begin(Op.READONLY).i(root).s(path).end();
    }

    public void copyUp(int from, int to) {
        begin(Op.COPY_UP).i(from).i(to).end();
    }

    public void console(int root, Console console) {
        begin(Op.CONSOLE)
                .i(root)
                .i(console.rows())
                .i(console.columns())
                .i(console.uid())
                .i(console.gid())
                .i(console.flags())
                .end();
    }

    public void rlimit(int resource, long soft, long hard) {
        begin(Op.RLIMIT).i(resource).i(soft).i(hard).end();
    }

    public void capBounding(long keep) {
        begin(Op.CAP_BOUNDING).i(keep).end();
    }

    public void capSet(long effective, long permitted, long inheritable) {
        begin(Op.CAP_SET).i(effective).i(permitted).i(inheritable).end();
    }

    public void capAmbient(long raise) {
        begin(Op.CAP_AMBIENT).i(raise).end();
    }

    public void keepCaps(boolean on) {
        begin(Op.KEEP_CAPS).b(on).end();
    }

    public void noNewPrivs() {
        begin(Op.NO_NEW_PRIVS).end();
    }

    public void seccomp(long flags, int listener, ByteBuffer program, String message) {
        begin(Op.SECCOMP).i(flags).i(listener).blob(program).s(message).end();
    }

    public void setgroups(byte[] gids) {
        begin(Op.SETGROUPS).blob(gids).end();
    }

    public void setgid(long gid) {
        begin(Op.SETGID).i(gid).end();
    }

    public void setuid(long uid) {
        begin(Op.SETUID).i(uid).end();
    }

    public void umask(int mask) {
        begin(Op.UMASK).i(mask).end();
    }

    public void setsid() {
        begin(Op.SETSID).end();
    }

    public void chdir(String path) {
        begin(Op.CHDIR).s(path).end();
    }

    public void personality(long persona) {
        begin(Op.PERSONALITY).i(persona).end();
    }

    public void schedAttr(byte[] attr) {
        begin(Op.SCHED_ATTR).blob(attr).end();
    }

    public void ioprio(int value) {
        begin(Op.IOPRIO).i(value).end();
    }

    public void affinity(byte[] cpus) {
        begin(Op.AFFINITY).blob(cpus).end();
    }

    public void mempolicy(int mode, byte[] nodes) {
        begin(Op.MEMPOLICY).i(mode).blob(nodes).end();
    }

    public void keyring(String name) {
        begin(Op.KEYRING).s(name).end();
    }

    public void passFd(int file, int number) {
        begin(Op.PASS_FD).i(file).i(number).end();
    }

    public void deathSignal(int signal) {
        begin(Op.PDEATHSIG).i(signal).end();
    }

    public void hook(HookCall hook) {
        begin(Op.HOOK)
                .i(hook.timeoutMillis())
                .s(hook.path())
                .list(hook.args())
                .list(hook.env())
                .s(hook.stdin())
                .end();
    }

    public void waitStart() {
        begin(Op.WAIT_START).end();
    }

    public void init() {
        begin(Op.INIT).end();
    }

    public void defaultSignals() {
        begin(Op.DEFAULT_SIGNALS).end();
    }

    public void findProgram(String file, String search) {
        begin(Op.FIND_PROGRAM).s(file).s(search).end();
    }

    public void exec(String file, List<String> args, List<String> env, String search) {
        begin(Op.EXEC).s(file).list(args).list(env).s(search).end();
    }

    public void execFd(int file, List<String> args, List<String> env) {
        begin(Op.EXEC_FD).i(file).list(args).list(env).end();
    }
}
