package sampan.linux.process;

import java.util.List;

/// What /proc tells of one process at one moment (proc(5)).
///
/// @param pid in the pid namespace of our /proc
/// @param ppid 0 where the parent is outside of it
/// @param uid the effective user, in our user namespace
/// @param comm the name, at most 15 bytes (63 for kernel threads)
/// @param cmdline the arguments; empty for kernel threads and zombies; cut at
///   [ProcessTable#CMDLINE_MAX] bytes
/// @param startTicks when it started, since boot; with the pid it names a process for good
/// @param state as in ps(1): R S D T t Z X I
/// @param rssBytes memory that is resident
/// @param cpuTicks user and system time used
public record ProcessEntry(
        int pid,
        int ppid,
        int uid,
        String comm,
        List<String> cmdline,
        long startTicks,
        char state,
        int threads,
        long rssBytes,
        long cpuTicks) {
    public ProcessEntry {
        cmdline = List.copyOf(cmdline);
    }

    /// The arguments in one line, or the name in brackets where there are none, as ps(1) prints it.
    public String command() {
        return cmdline.isEmpty() ? "[" + comm + "]" : String.join(" ", cmdline);
    }

    public boolean zombie() {
        return state == 'Z';
    }
}
