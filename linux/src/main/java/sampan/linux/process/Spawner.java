package sampan.linux.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import sampan.linux.sys.CString;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// Starts processes by posix_spawn(3), which shares our memory with the child until it executes, so
/// that the size of the Java heap does not matter and a failed execve(2) comes back as its errno.
///
/// The child has exactly the descriptors of the request, default signal actions and an empty signal
/// mask. Closing all others needs `posix_spawn_file_actions_addclosefrom_np` (glibc 2.34).
public final class Spawner {
    // Larger than any C library's structs (glibc x86-64: 80, 336 and 128 bytes).
    private static final long OPAQUE = 512;
    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private static final MethodHandle SPAWN =
            function("posix_spawn", Collections.nCopies(6, ADDRESS).toArray(MemoryLayout[]::new));
    private static final MethodHandle ACTIONS_INIT =
            function("posix_spawn_file_actions_init", ADDRESS);
    private static final MethodHandle ACTIONS_DESTROY =
            function("posix_spawn_file_actions_destroy", ADDRESS);
    private static final MethodHandle ADD_DUP2 =
            function("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle ADD_CLOSE =
            function("posix_spawn_file_actions_addclose", ADDRESS, JAVA_INT);
    private static final MethodHandle ADD_CLOSEFROM =
            function("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
    private static final MethodHandle ADD_CHDIR =
            function("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);
    private static final MethodHandle ATTR_INIT = function("posix_spawnattr_init", ADDRESS);
    private static final MethodHandle ATTR_DESTROY = function("posix_spawnattr_destroy", ADDRESS);
    private static final MethodHandle ATTR_FLAGS =
            function("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
    private static final MethodHandle ATTR_DEFAULT =
            function("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
    private static final MethodHandle ATTR_MASK =
            function("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);

    private Spawner() {}

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /// Starts it and returns once it executes its program.
    ///
    /// @throws sampan.errors.ErrnoException "posix_spawn" with what execve(2) said
    public static Spawned spawn(SpawnRequest request) {
        List<Fd> moved = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(OPAQUE, 16);
            MemorySegment attributes = arena.allocate(OPAQUE, 16);
            check("posix_spawn_file_actions_init", (int) ACTIONS_INIT.invokeExact(actions));
            check("posix_spawnattr_init", (int) ATTR_INIT.invokeExact(attributes));
            try {
                fileActions(actions, request, moved, arena);
                attributes(attributes, request, arena);
                MemorySegment pid = arena.allocate(JAVA_INT);
                int error =
                        (int)
                                SPAWN.invokeExact(
                                        pid,
                                        CString.allocate(arena, program(request.executable())),
                                        actions,
                                        attributes,
                                        strings(arena, request.argv()),
                                        strings(arena, request.env()));
                if (error != 0) {
                    throw Kernel.failure("posix_spawn", error, request.executable());
                }
                return new Spawned(pid.get(JAVA_INT, 0));
            } finally {
                check(
                        "posix_spawn_file_actions_destroy",
                        (int) ACTIONS_DESTROY.invokeExact(actions));
                check("posix_spawnattr_destroy", (int) ATTR_DESTROY.invokeExact(attributes));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("downcall failed", t);
        } finally {
            moved.forEach(Fd::close);
        }
    }

    private static void fileActions(
            MemorySegment actions, SpawnRequest request, List<Fd> moved, Arena arena)
            throws Throwable {
        int count = request.childFds().size();
        for (int target = 0; target < count; target++) {
            Fd source = request.childFds().get(target);
            if (source == Fd.NONE) {
                check("addclose", (int) ADD_CLOSE.invokeExact(actions, target));
                continue;
            }
            // Above all targets, or an earlier dup2 would replace the source of a later one.
            Fd high =
                    Fd.own(
                            Kernel.call(
                                    "fcntl",
                                    source.toString(),
                                    Nr.FCNTL,
                                    source.number(),
                                    F_DUPFD_CLOEXEC,
                                    count));
            moved.add(high);
            check("adddup2", (int) ADD_DUP2.invokeExact(actions, high.number(), target));
        }
        // Java opens some descriptors without close-on-exec and closes them only in its own
        // children.
        check("addclosefrom", (int) ADD_CLOSEFROM.invokeExact(actions, count));
        if (request.workingDirectory().isPresent()) {
            MemorySegment path = CString.allocate(arena, request.workingDirectory().get());
            check("addchdir", (int) ADD_CHDIR.invokeExact(actions, path));
        }
    }

    private static void attributes(MemorySegment attributes, SpawnRequest request, Arena arena)
            throws Throwable {
        MemorySegment all = arena.allocate(OPAQUE, 8);
        MemorySegment none = arena.allocate(OPAQUE, 8);
        // Not sigfillset(3): it spares 32 and 33, which glibc then leaves ignored in the child.
        all.fill((byte) 0xFF);
        check("setsigdefault", (int) ATTR_DEFAULT.invokeExact(attributes, all));
        check("setsigmask", (int) ATTR_MASK.invokeExact(attributes, none));
        short flags = (short) (SETSIGDEF | SETSIGMASK | (request.newSession() ? SETSID : 0));
        check("setflags", (int) ATTR_FLAGS.invokeExact(attributes, flags));
    }

    // The child resolves the path after it has closed our descriptors.
    private static String program(String executable) {
        String own = "/proc/self/";
        return executable.startsWith(own)
                ? "/proc/"
                        + Kernel.raw(Nr.GETPID, 0, 0, 0)
                        + "/"
                        + executable.substring(own.length())
                : executable;
    }

    private static MemorySegment strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, CString.allocate(arena, texts.get(i)));
        }
        return array;
    }

    private static void check(String call, int error) {
        if (error != 0) {
            throw Kernel.failure(call, error == -1 ? Errno.EINVAL : error, "");
        }
    }
}
