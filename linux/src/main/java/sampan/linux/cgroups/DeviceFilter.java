package sampan.linux.cgroups;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Open;

/// The device filter of version 2: an eBPF program attached to the cgroup (bpf(2), linux/bpf.h). It
/// holds until the cgroup is gone; a process must pass the filters of all cgroups above as well.
final class DeviceFilter {
    private static final long NR_BPF = 321;
    private static final int PROG_LOAD = 5;
    private static final int PROG_ATTACH = 8;
    private static final int PROG_DETACH = 9;
    private static final int PROG_GET_FD_BY_ID = 13;
    private static final int PROG_QUERY = 16;
    private static final int TYPE_CGROUP_DEVICE = 15;
    private static final int ATTACH_CGROUP_DEVICE = 6;
    private static final int ALLOW_MULTI = 2;
    private static final int REPLACE = 4;
    private static final int ATTRIBUTES = 128;
    private static final int INSTRUCTION = 8;

    /// The kernel's own limit for one cgroup (BPF_CGROUP_MAX_PROGS).
    private static final int PROGRAMS_MAX = 64;

    private static final int LOG = 16 << 10;

    private DeviceFilter() {}

    /// Puts the filter of that policy in the place of those that the cgroup has. There is no moment
    /// without a filter.
    static void attach(CgroupNode node, DevicePolicy policy) {
        try (Fd program = load(DeviceProgram.assemble(policy), node);
                Fd directory = node.openOrThrow("", Open.RDONLY | Open.DIRECTORY)) {
            List<Fd> present = attached(directory, node);
            try {
                if (present.size() == 1
                        && change(
                                        PROG_ATTACH,
                                        directory,
                                        program,
                                        ALLOW_MULTI | REPLACE,
                                        present.getFirst().number())
                                == 0) {
                    return;
                }
                check(change(PROG_ATTACH, directory, program, ALLOW_MULTI, 0), node);
                for (Fd old : present) {
                    check(change(PROG_DETACH, directory, old, 0, 0), node);
                }
            } finally {
                present.forEach(Fd::close);
            }
        }
    }

    /// How many filters are attached to the cgroup itself.
    static int count(CgroupNode node) {
        try (Fd directory = node.openOrThrow("", Open.RDONLY | Open.DIRECTORY)) {
            List<Fd> present = attached(directory, node);
            present.forEach(Fd::close);
            return present.size();
        }
    }

    private static void check(int errno, CgroupNode node) {
        if (errno != 0) {
            throw Kernel.failure("bpf attach device filter to", errno, node.absolute(""));
        }
    }

    private static Fd load(byte[] instructions, CgroupNode node) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(instructions.length, 8);
            MemorySegment.copy(
                    instructions, 0, code, ValueLayout.JAVA_BYTE, 0, instructions.length);
            MemorySegment attr = arena.allocate(ATTRIBUTES, 8);
            attr.set(ValueLayout.JAVA_INT, 0, TYPE_CGROUP_DEVICE);
            attr.set(ValueLayout.JAVA_INT, 4, instructions.length / INSTRUCTION);
            attr.set(ValueLayout.JAVA_LONG, 8, code.address());
            attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom("Apache").address());
            long fd = bpf(PROG_LOAD, attr);
            if (fd >= 0) {
                return Fd.own(fd);
            }
            // A second time for the verifier's words.
            MemorySegment log = arena.allocate(LOG);
            attr.set(ValueLayout.JAVA_INT, 24, 1);
            attr.set(ValueLayout.JAVA_INT, 28, LOG);
            attr.set(ValueLayout.JAVA_LONG, 32, log.address());
            fd = bpf(PROG_LOAD, attr);
            if (fd >= 0) {
                return Fd.own(fd);
            }
            throw Kernel.failure(
                    "bpf load device filter",
                    (int) -fd,
                    (node.absolute("") + " " + log.getString(0)).strip());
        }
    }

    private static List<Fd> attached(Fd directory, CgroupNode node) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(4L * PROGRAMS_MAX, 4);
            MemorySegment attr = arena.allocate(ATTRIBUTES, 8);
            attr.set(ValueLayout.JAVA_INT, 0, directory.number());
            attr.set(ValueLayout.JAVA_INT, 4, ATTACH_CGROUP_DEVICE);
            attr.set(ValueLayout.JAVA_LONG, 16, ids.address());
            attr.set(ValueLayout.JAVA_INT, 24, PROGRAMS_MAX);
            check((int) Math.max(0, -bpf(PROG_QUERY, attr)), node);
            List<Fd> programs = new ArrayList<>();
            for (int i = 0; i < attr.get(ValueLayout.JAVA_INT, 24); i++) {
                MemorySegment byId = arena.allocate(ATTRIBUTES, 8);
                byId.set(ValueLayout.JAVA_INT, 0, ids.getAtIndex(ValueLayout.JAVA_INT, i));
                long fd = bpf(PROG_GET_FD_BY_ID, byId);
                if (fd >= 0) {
                    programs.add(Fd.own(fd));
                } else if (fd != -Errno.ENOENT) {
                    programs.forEach(Fd::close);
                    throw Kernel.failure("bpf", (int) -fd, node.absolute(""));
                }
            }
            return programs;
        }
    }

    /// Attaches or detaches; 0, or the errno.
    private static int change(int command, Fd directory, Fd program, int flags, int replaced) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTRIBUTES, 8);
            attr.set(ValueLayout.JAVA_INT, 0, directory.number());
            attr.set(ValueLayout.JAVA_INT, 4, program.number());
            attr.set(ValueLayout.JAVA_INT, 8, ATTACH_CGROUP_DEVICE);
            attr.set(ValueLayout.JAVA_INT, 12, flags);
            attr.set(ValueLayout.JAVA_INT, 16, replaced);
            return (int) Math.max(0, -bpf(command, attr));
        }
    }

    private static long bpf(int command, MemorySegment attributes) {
        return Kernel.raw(NR_BPF, command, Kernel.address(attributes), attributes.byteSize());
    }
}
