package sampan.linux.users;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// What a user may do with files: numbers of the user, its group and further groups. Capabilities
/// go with user 0 only, as at exec(2).
///
/// Source: credentials(7); the kernel keeps them per thread, libc's wrappers alone spread them over
/// the process, hence raw calls.
public record Rights(int uid, int gid, List<Integer> groups) {
    public Rights {
        groups = List.copyOf(groups);
    }

    /// Starts code that opens and makes files with these rights and no others, on a thread of its
    /// own. Waiting is the caller's.
    public <T> CompletableFuture<T> submit(String name, Callable<T> code) {
        return DisposableThread.submit(
                name,
                () -> {
                    take();
                    return code.call();
                });
    }

    // Groups first: without root's rights they can no longer be set.
    private void take() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers =
                    arena.allocate(ValueLayout.JAVA_INT, Math.max(1, groups.size()));
            for (int i = 0; i < groups.size(); i++) {
                numbers.setAtIndex(ValueLayout.JAVA_INT, i, groups.get(i));
            }
            Kernel.call("setgroups", "", Nr.SETGROUPS, groups.size(), numbers.address(), 0);
        }
        Kernel.call("setresgid", Integer.toString(gid), Nr.SETRESGID, gid, gid, gid);
        Kernel.call("setresuid", Integer.toString(uid), Nr.SETRESUID, uid, uid, uid);
    }
}
