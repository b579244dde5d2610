package sampan.linux.process;

import java.util.List;
import java.util.Optional;
import sampan.linux.sys.Fd;

/// What [Spawner] starts.
///
/// @param executable path of the program; one below `/proc/self/` means this process's, so that
///   `Fd.path()` of a sealed memory file works
/// @param argv all arguments, the program's name first; at least one
/// @param env `NAME=value` each; nothing is inherited
/// @param childFds the descriptors that the child has as 0, 1, 2, ...; `Fd.NONE` leaves a place
///   closed. All others are closed in it. They stay the caller's
/// @param newSession whether it leads a session of its own, so that a terminal's signals to us miss
///   it
/// @param workingDirectory where it starts; ours where empty
public record SpawnRequest(
        String executable,
        List<String> argv,
        List<String> env,
        List<Fd> childFds,
        boolean newSession,
        Optional<String> workingDirectory) {
    /// Descriptors that a child can be given.
    public static final int CHILD_FDS_MAX = 1024;

    public SpawnRequest {
        argv = List.copyOf(argv);
        env = List.copyOf(env);
        childFds = List.copyOf(childFds);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv is empty: give the program's name");
        }
        if (childFds.size() > CHILD_FDS_MAX) {
            throw new IllegalArgumentException(
                    "childFds has " + childFds.size() + " entries: at most " + CHILD_FDS_MAX);
        }
    }

    /// In a session of its own and our working directory.
    public SpawnRequest(String executable, List<String> argv, List<String> env, List<Fd> childFds) {
        this(executable, argv, env, childFds, true, Optional.empty());
    }
}
