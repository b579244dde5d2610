package sampan.runtime.lifecycle;

import java.util.List;
import java.util.Set;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.monitor.LaunchSite;
import sampan.runtime.state.StateDirectory;

/// What a container is made of.
///
/// @param options NO_PIVOT and NO_NEW_KEYRING, where wanted
/// @param passedFds how many descriptors of the caller, from 3 on, the process gets
/// @param listenFds how many of them are announced as LISTEN_FDS
/// @param site whose child the launcher becomes
/// @param callerPid the process behind the site
/// @param sockets how sockets of the caller's are reached
/// @param position the lines of the caller's /proc/PID/cgroup
public record CreateRequest(
        StateDirectory states,
        String id,
        Bundle bundle,
        Mode mode,
        ProcessStdio stdio,
        Set<LaunchOption> options,
        int passedFds,
        int listenFds,
        LaunchSite site,
        int callerPid,
        SocketConnector sockets,
        List<String> position) {
    /// How far the container gets.
    public enum Mode {
        /// It waits before its program; nobody stays with it.
        CREATE,
        /// Its program runs; nobody stays with it.
        DETACHED,
        /// Its program runs, and its monitor tells how it ends.
        FOREGROUND
    }
}
