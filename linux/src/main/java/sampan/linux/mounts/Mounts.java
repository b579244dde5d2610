package sampan.linux.mounts;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.CString;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// System calls on mounts. All need CAP_SYS_ADMIN in the user namespace of the mount namespace.
///
/// The usual way: [#fsopen], [#configure] for each option, [#fsmount], [#moveMount].
public final class Mounts {
    /// Bytes of a value that fsconfig(2) takes, without its NUL. Longer paths go by descriptor.
    public static final int VALUE_MAX = 255;

    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int SET_FD = 5;
    private static final int CMD_CREATE = 6;
    private static final int CMD_RECONFIGURE = 7;
    private static final int COMPLAINT_MAX = 1024;
    private static final int DATA_MAX = 4095;

    private Mounts() {}

    /// A new configuration context for a file system of that type.
    public static Fd fsopen(String type) {
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, type);
            return Fd.own(Kernel.call("fsopen", type, Nr.FSOPEN, name, FSOPEN_CLOEXEC, 0));
        }
    }

    /// Sets an option with a value of at most [#VALUE_MAX] bytes.
    public static void configure(Fd context, String key, String value) {
        if (CString.encode(value).length > VALUE_MAX) {
            throw SampanException.invalid(
                    "mount option " + key + " is longer than " + VALUE_MAX + " bytes: shorten it");
        }
        try (Arena arena = Arena.ofConfined()) {
            long text = CString.address(arena, value);
            fsconfig(context, SET_STRING, key, text, 0, key + "=" + value);
        }
    }

    /// Sets an option without a value.
    public static void configureFlag(Fd context, String key) {
        fsconfig(context, SET_FLAG, key, 0, 0, key);
    }

    /// Sets an option to an open file.
    public static void configureFd(Fd context, String key, Fd value) {
        fsconfig(context, SET_FD, key, 0, value.number(), key + "=" + value);
    }

    /// Creates the file system as configured; [#fsmount] follows.
    public static void create(Fd context) {
        fsconfig(context, CMD_CREATE, "", 0, 0, "create");
    }

    /// Changes the file system that [#fspick] took.
    public static void reconfigure(Fd context) {
        fsconfig(context, CMD_RECONFIGURE, "", 0, 0, "reconfigure");
    }

    private static void fsconfig(
            Fd context, int command, String key, long value, int aux, String subject) {
        try (Arena arena = Arena.ofConfined()) {
            long name = key.isEmpty() ? 0 : CString.address(arena, key);
            long result = Kernel.raw(Nr.FSCONFIG, context.number(), command, name, value, aux, 0);
            if (result < 0) {
                throw failure("fsconfig", (int) -result, subject, context);
            }
        }
    }

    // The context's log: one message a read, each with its level in front ("e ", "w ", "i ").
    private static ErrnoException failure(String call, int errno, String subject, Fd context) {
        StringBuilder text = new StringBuilder(subject);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(COMPLAINT_MAX);
            for (int i = 0; i < 8; i++) {
                long size = Kernel.raw(Nr.READ, context.number(), buffer.address(), COMPLAINT_MAX);
                if (size <= 0) {
                    break;
                }
                byte[] line = buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
                text.append(" (").append(CString.decode(line).strip()).append(')');
            }
        }
        return Kernel.failure(call, errno, text.toString());
    }

    /// The created file system as a detached mount.
    ///
    /// @param attributes `MountAttr.*`
    public static Fd fsmount(Fd context, long attributes) {
        long mount = Kernel.raw(Nr.FSMOUNT, context.number(), FSMOUNT_CLOEXEC, attributes);
        if (mount < 0) {
            throw failure("fsmount", (int) -mount, "", context);
        }
        return Fd.own(mount);
    }

    /// A context to change the file system that is mounted there; an empty path means `dir`.
    public static Fd fspick(Fd dir, String path) {
        // FSPICK_CLOEXEC, NO_AUTOMOUNT and EMPTY_PATH.
        int flags = 1 | 4 | (path.isEmpty() ? 8 : 0);
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, path);
            return Fd.own(Kernel.call("fspick", path, Nr.FSPICK, dir.number(), name, flags));
        }
    }

    /// The mount at a path, or with [MountFlags#OPEN_TREE_CLONE] a detached copy of the tree there:
    /// a bind mount. An empty path means `dir`.
    ///
    /// @param flags `MountFlags.OPEN_TREE_CLONE`, `Open.AT_RECURSIVE`, `Open.AT_SYMLINK_NOFOLLOW`
    public static Fd openTree(Fd dir, String path, int flags) {
        int all = flags | Open.CLOEXEC | (path.isEmpty() ? Open.AT_EMPTY_PATH : 0);
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, path);
            return Fd.own(Kernel.call("open_tree", path, Nr.OPEN_TREE, dir.number(), name, all));
        }
    }

    /// Attaches a detached mount, or moves an attached one. An empty path means `targetDir` itself,
    /// which is how a target gets mounted upon that `FileOps.openInRoot` found.
    public static void moveMount(Fd mount, Fd targetDir, String targetPath) {
        int flags =
                MountFlags.MOVE_F_EMPTY_PATH
                        | (targetPath.isEmpty() ? MountFlags.MOVE_T_EMPTY_PATH : 0);
        try (Arena arena = Arena.ofConfined()) {
            long empty = CString.address(arena, "");
            long target = CString.address(arena, targetPath);
            Kernel.call(
                    "move_mount",
                    targetPath,
                    Nr.MOVE_MOUNT,
                    mount.number(),
                    empty,
                    targetDir.number(),
                    target,
                    flags,
                    0);
        }
    }

    /// Changes the mount, or with `recursive` it and all below, all of them or none.
    public static void setAttributes(Fd mount, AttrChange change, boolean recursive) {
        try (Arena arena = Arena.ofConfined()) {
            boolean mapped = change.userNamespace().isPresent();
            MemorySegment attr = arena.allocate(32, 8);
            attr.set(ValueLayout.JAVA_LONG, 0, change.set() | (mapped ? MountAttr.IDMAP : 0));
            attr.set(ValueLayout.JAVA_LONG, 8, change.clear());
            attr.set(ValueLayout.JAVA_LONG, 16, change.propagation());
            attr.set(
                    ValueLayout.JAVA_LONG,
                    24,
                    change.userNamespace().map(fd -> (long) fd.number()).orElse(0L));
            long empty = CString.address(arena, "");
            Kernel.call(
                    "mount_setattr",
                    mount.toString(),
                    Nr.MOUNT_SETATTR,
                    mount.number(),
                    empty,
                    Open.AT_EMPTY_PATH | (recursive ? Open.AT_RECURSIVE : 0),
                    attr.address(),
                    32,
                    0);
        }
    }

    /// mount(2).
    ///
    /// @param source the device, directory or name; empty for none
    /// @param type the file system's type; empty for binds and remounts
    /// @param flags `MountFlags.*`
    /// @param data options, comma-separated, at most 4095 bytes; empty for none
    public static void mount(String source, String target, String type, long flags, String data) {
        if (CString.encode(data).length > DATA_MAX) {
            throw SampanException.invalid(
                    "mount options of " + target + " are longer than " + DATA_MAX + " bytes");
        }
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    "mount",
                    target,
                    Nr.MOUNT,
                    orNull(arena, source),
                    CString.address(arena, target),
                    orNull(arena, type),
                    flags,
                    orNull(arena, data),
                    0);
        }
    }

    private static long orNull(Arena arena, String text) {
        return text.isEmpty() ? 0 : CString.address(arena, text);
    }

    /// umount2(2).
    ///
    /// @param flags 0 or `MountFlags.UMOUNT_*`
    public static void umount(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long name = CString.address(arena, target);
            Kernel.call("umount2", target, Nr.UMOUNT2, name, flags, 0);
        }
    }

    /// A detached mount of a file system, made in one go.
    ///
    /// @param source what /proc/self/mountinfo shows; empty for none
    public static Fd detached(String type, Optional<String> source, long attributes) {
        try (Fd context = fsopen(type)) {
            source.ifPresent(name -> configure(context, "source", name));
            create(context);
            return fsmount(context, attributes);
        }
    }
}
