package sampan.linux.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.mounts.Mounts;
import sampan.linux.mounts.Overlay;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// One question for each [Feature]. Each call is made with arguments that the kernel refuses after
/// it has found the call: only ENOSYS (or the refusal of a filter) means that it is not there.
final class Probes {
    private static final long BAD_FD = -1;
    // linux/sched.h: size of struct clone_args with the cgroup field, and its flag.
    private static final int CLONE_ARGS_SIZE = 88;
    private static final int CLONE_ARGS_CGROUP = 80;
    private static final long CLONE_INTO_CGROUP = 0x200000000L;
    private static final int NO_SUCH_FD = Integer.MAX_VALUE;
    private static final int SECCOMP_GET_ACTION_AVAIL = 2;
    private static final int SECCOMP_RET_ERRNO = 0x00050000;
    private static final int SECCOMP_RET_USER_NOTIF = 0x7fc00000;
    private static final int MFD_NOEXEC_SEAL = 8;
    private static final int MFD_CLOEXEC = 1;

    private Probes() {}

    static boolean offered(Feature feature, Release release) {
        return switch (feature) {
            case OPENAT2 -> known(Nr.OPENAT2, BAD_FD, 0, 0, 0);
            case MOUNT_API -> known(Nr.FSMOUNT, BAD_FD, 0, 0, 0);
            case MOUNT_SETATTR -> known(Nr.MOUNT_SETATTR, BAD_FD, 0, 0, 0);
            case OVERLAY -> overlay();
            case OVERLAY_LAYERS -> overlay() && Overlay.lowerByLowerOffered();
            // A probe would need a process in a user namespace of its own.
            case OVERLAY_USERNS -> overlay() && release.atLeast(5, 11);
            case CLONE3 -> known(Nr.CLONE3, 0, 0, 0, 0);
            case CLONE_INTO_CGROUP -> cloneIntoCgroup();
            case PIDFD -> known(Nr.PIDFD_OPEN, -1, 0, 0, 0);
            case PIDFD_GETFD -> known(Nr.PIDFD_GETFD, BAD_FD, 0, 0, 0);
            // The first number above the last: EINVAL.
            case CLOSE_RANGE -> known(Nr.CLOSE_RANGE, 2, 1, 0, 0);
            case SECCOMP -> seccompAction(SECCOMP_RET_ERRNO);
            case SECCOMP_NOTIFY -> seccompAction(SECCOMP_RET_USER_NOTIF);
            case NF_TABLES -> NfTables.answers();
            case MEMFD_NOEXEC -> memfdNoexec();
            case CGROUP_NAMESPACES -> namespace(NamespaceKind.CGROUP);
            case IPC_NAMESPACES -> namespace(NamespaceKind.IPC);
            case MOUNT_NAMESPACES -> namespace(NamespaceKind.MNT);
            case NETWORK_NAMESPACES -> namespace(NamespaceKind.NET);
            case PID_NAMESPACES -> namespace(NamespaceKind.PID);
            case TIME_NAMESPACES -> namespace(NamespaceKind.TIME);
            case USER_NAMESPACES -> namespace(NamespaceKind.USER);
            case UTS_NAMESPACES -> namespace(NamespaceKind.UTS);
        };
    }

    private static boolean known(long nr, long a, long b, long c, long d) {
        return Kernel.raw(nr, a, b, c, d, 0, 0) != -Errno.ENOSYS;
    }

    private static boolean overlay() {
        try (Fd context = Mounts.fsopen("overlay")) {
            return context.isOpen();
        } catch (ErrnoException e) {
            // Without the right to mount, or the call, the list of loaded file systems has to do.
            return (e.isDenied() || e.errno() == Errno.ENOSYS)
                    && FileOps.readSmallFile("/proc/filesystems", 64 << 10).contains("\toverlay\n");
        }
    }

    /// With a descriptor that nobody can have: EBADF from a kernel that looks at it, E2BIG or
    /// EINVAL from one that does not know the field. No process comes of it either way.
    private static boolean cloneIntoCgroup() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment args = arena.allocate(CLONE_ARGS_SIZE, 8);
            args.set(ValueLayout.JAVA_LONG, 0, CLONE_INTO_CGROUP);
            args.set(ValueLayout.JAVA_LONG, CLONE_ARGS_CGROUP, NO_SUCH_FD);
            return Kernel.raw(Nr.CLONE3, args.address(), CLONE_ARGS_SIZE, 0) == -Errno.EBADF;
        }
    }

    private static boolean seccompAction(int action) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocateFrom(ValueLayout.JAVA_INT, action).address();
            return Kernel.raw(Nr.SECCOMP, SECCOMP_GET_ACTION_AVAIL, 0, memory) == 0;
        }
    }

    private static boolean memfdNoexec() {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom("probe").address();
            long fd = Kernel.raw(Nr.MEMFD_CREATE, name, MFD_CLOEXEC | MFD_NOEXEC_SEAL, 0);
            if (fd >= 0) {
                Fd.own(fd).close();
            }
            return fd >= 0;
        }
    }

    private static boolean namespace(NamespaceKind kind) {
        try (Fd own = Fd.open("/proc/self/ns/" + kind.procName(), Open.RDONLY)) {
            return own.isOpen();
        } catch (ErrnoException e) {
            return false;
        }
    }
}
