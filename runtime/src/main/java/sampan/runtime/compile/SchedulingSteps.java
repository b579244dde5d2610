package sampan.runtime.compile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import sampan.errors.SampanException;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Linux;
import sampan.runtime.plan.PlanWriter;

/// Scheduler, io priority, memory policy, personality (sched_setattr(2), ioprio_set(2),
/// set_mempolicy(2), personality(2)).
final class SchedulingSteps {
    private static final int SCHED_ATTR_BYTES = 48;
    private static final Map<String, Integer> POLICIES =
            Map.of(
                    "SCHED_OTHER", 0,
                    "SCHED_FIFO", 1,
                    "SCHED_RR", 2,
                    "SCHED_BATCH", 3,
                    "SCHED_ISO", 4,
                    "SCHED_IDLE", 5,
                    "SCHED_DEADLINE", 6);
    private static final Map<String, Integer> SCHED_FLAGS =
            Map.of(
                    "SCHED_FLAG_RESET_ON_FORK", 0x01,
                    "SCHED_FLAG_RECLAIM", 0x02,
                    "SCHED_FLAG_DL_OVERRUN", 0x04,
                    "SCHED_FLAG_KEEP_POLICY", 0x08,
                    "SCHED_FLAG_KEEP_PARAMS", 0x10,
                    "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20,
                    "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40);
    private static final List<String> IO_CLASSES =
            List.of("", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE");
    private static final int NICE_MIN = -20;
    private static final int NICE_MAX = 19;
    private static final int IO_CLASS_SHIFT = 13;
    private static final int IO_PRIORITY_MAX = 7;
    static final List<String> MEMORY_MODES =
            List.of(
                    "MPOL_DEFAULT",
                    "MPOL_PREFERRED",
                    "MPOL_BIND",
                    "MPOL_INTERLEAVE",
                    "MPOL_LOCAL",
                    "MPOL_PREFERRED_MANY",
                    "MPOL_WEIGHTED_INTERLEAVE");
    static final Map<String, Integer> MEMORY_FLAGS =
            Map.of(
                    "MPOL_F_NUMA_BALANCING", 1 << 13,
                    "MPOL_F_RELATIVE_NODES", 1 << 14,
                    "MPOL_F_STATIC_NODES", 1 << 15);
    private static final Map<String, Long> PERSONALITIES = Map.of("LINUX", 0L, "LINUX32", 8L);

    /// More CPUs or nodes than any kernel is built for.
    private static final int LIST_MAX = 8192;

    private final PlanWriter plan;

    SchedulingSteps(PlanWriter plan) {
        this.plan = plan;
    }

    /// On every CPU that the cgroup allows, whatever its starter is bound to.
    void unbind() {
        byte[] all = new byte[LIST_MAX / Byte.SIZE];
        Arrays.fill(all, (byte) 0xFF);
        // It fails only where a filter above forbids the call: then the binding is somebody's will.
        plan.with(PlanWriter.IGNORE_ERROR).affinity(all);
    }

    void write(ContainerProcess process) {
        process.scheduler().ifPresent(s -> plan.schedAttr(attr(s)));
        process.ioPriority().ifPresent(p -> plan.ioprio(ioPriority(p)));
    }

    void write(Linux linux) {
        linux.personality().ifPresent(this::personality);
        linux.memoryPolicy().ifPresent(this::memoryPolicy);
    }

    private static byte[] attr(ContainerProcess.Scheduler scheduler) {
        check(scheduler);
        int policy = value(POLICIES, scheduler.policy(), "scheduler policy");
        int flags = 0;
        for (String flag : scheduler.flags()) {
            flags |= value(SCHED_FLAGS, flag, "scheduler flag");
        }
        return ByteBuffer.allocate(SCHED_ATTR_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(SCHED_ATTR_BYTES)
                .putInt(policy)
                .putLong(flags)
                .putInt(scheduler.nice())
                .putInt(scheduler.priority())
                .putLong(scheduler.runtime())
                .putLong(scheduler.deadline())
                .putLong(scheduler.period())
                .array();
    }

    // What sched_setattr(2) would take and drop.
    private static void check(ContainerProcess.Scheduler scheduler) {
        String policy = scheduler.policy();
        if (policy.isEmpty()) {
            throw SampanException.invalid("scheduler policy is required");
        }
        boolean nice = policy.equals("SCHED_OTHER") || policy.equals("SCHED_BATCH");
        if (nice && (scheduler.nice() < NICE_MIN || scheduler.nice() > NICE_MAX)) {
            throw SampanException.invalid(
                    "invalid scheduler.nice: "
                            + scheduler.nice()
                            + " when scheduler.policy is "
                            + policy);
        }
        boolean realtime = policy.equals("SCHED_FIFO") || policy.equals("SCHED_RR");
        if (scheduler.priority() != 0 && !realtime) {
            throw SampanException.invalid(
                    "scheduler.priority can only be specified for SchedFIFO or SchedRR policy");
        }
        boolean deadline =
                scheduler.runtime() != 0 || scheduler.deadline() != 0 || scheduler.period() != 0;
        if (deadline && !policy.equals("SCHED_DEADLINE")) {
            throw SampanException.invalid(
                    "scheduler runtime/deadline/period can only be specified for SchedDeadline"
                            + " policy");
        }
    }

    private static int ioPriority(ContainerProcess.IoPriority priority) {
        int type = IO_CLASSES.indexOf(priority.type());
        if (type <= 0) {
            throw SampanException.invalid("invalid ioPriority.Class: \"" + priority.type() + "\"");
        }
        if (priority.priority() < 0 || priority.priority() > IO_PRIORITY_MAX) {
            throw SampanException.invalid("invalid ioPriority.Priority: " + priority.priority());
        }
        return type << IO_CLASS_SHIFT | priority.priority();
    }

    private void personality(Linux.Personality personality) {
        if (!personality.flags().isEmpty()) {
            // As runc does: the specification has no flag yet.
            plan.warn("ignoring unsupported personality flags: " + personality.flags());
        }
        Long domain = PERSONALITIES.get(personality.domain());
        if (domain == null) {
            throw SampanException.invalid("invalid personality domain " + personality.domain());
        }
        plan.personality(domain);
    }

    private void memoryPolicy(Linux.MemoryPolicy policy) {
        if (policy.mode().isEmpty() && policy.nodes().isEmpty() && policy.flags().isEmpty()) {
            return;
        }
        int mode = MEMORY_MODES.indexOf(policy.mode());
        if (mode < 0) {
            throw SampanException.invalid("invalid memory policy mode: \"" + policy.mode() + "\"");
        }
        for (String flag : policy.flags()) {
            mode |= value(MEMORY_FLAGS, flag, "memory policy flag");
        }
        plan.mempolicy(mode, padded(set(policy.nodes(), "invalid memory policy nodes")));
    }

    // set_mempolicy(2) reads whole longs.
    private static byte[] padded(byte[] bits) {
        return Arrays.copyOf(bits, bits.length + 7 & ~7);
    }

    private static <V> V value(Map<String, V> values, String name, String what) {
        V value = values.get(name);
        if (value == null) {
            throw SampanException.invalid("invalid " + what + ": \"" + name + "\"");
        }
        return value;
    }

    /// The bits of a list such as `0-3,7`, lowest first; empty for an empty list.
    static byte[] set(String list, String what) {
        BitSet bits = new BitSet();
        if (!list.isBlank()) {
            for (String range : list.strip().split(",", -1)) {
                int dash = range.indexOf('-');
                int first = number(dash < 0 ? range : range.substring(0, dash), list, what);
                int last = dash < 0 ? first : number(range.substring(dash + 1), list, what);
                if (first > last) {
                    throw SampanException.invalid(what + " \"" + list + "\" is not a list");
                }
                bits.set(first, last + 1);
            }
        }
        return bits.toByteArray();
    }

    private static int number(String text, String list, String what) {
        String digits = text.strip();
        if (!digits.isEmpty()
                && digits.length() <= 4
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int number = Integer.parseInt(digits);
            if (number < LIST_MAX) {
                return number;
            }
        }
        throw SampanException.invalid(what + " \"" + list + "\" is not a list: give 0-3,7");
    }
}
