package sampan.engine.services;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.engine.tasks.Task;
import sampan.linux.process.Pidfd;
import sampan.linux.process.Signals;

/// How a container is asked to end. The first process of a pid namespace never gets a signal that
/// it has no handler for (pid_namespaces(7)), so waiting for it to obey would be in vain. In that
/// case its other processes are asked, and if none of them has a handler either, nobody is waited
/// for.
final class StopGrace {
    /// Threads that are looked at; one with more of them is taken for one that hears.
    private static final int THREADS_MAX = 256;

    private StopGrace() {}

    /// Sends the signal to those who can hear it.
    ///
    /// @param ownPids the container has a pid namespace of its own
    /// @return whether anybody can: the grace period makes sense
    static boolean ask(Task task, int signal, boolean ownPids) {
        // Asked before the signal is sent: afterwards whoever heard it may be on its way out.
        boolean heard = !ownPids || signal == Signals.KILL || hears(task.pid(), signal);
        if (!signal(task.pid(), signal) || heard) {
            return heard;
        }
        List<Integer> others = new ArrayList<>(task.cgroup().processes());
        others.removeIf(pid -> pid == task.pid());
        boolean anybody = false;
        for (int pid : others) {
            boolean hears = hears(pid, signal);
            anybody |= signal(pid, signal) && hears;
        }
        return anybody;
    }

    /// False where the process has gone.
    static boolean signal(int pid, int signal) {
        Optional<Pidfd> process = Pidfd.openIfExists(pid);
        if (process.isEmpty()) {
            return false;
        }
        try (Pidfd open = process.get()) {
            return open.sendSignal(signal);
        }
    }

    // A signal that is caught, or blocked as signalfd(2) wants it (proc_pid_status(5)). A thread
    // that sits in sigwait(3) shows its signals as not blocked, so that is asked for too, before
    // and after: it may go in or come out meanwhile.
    private static boolean hears(int pid, int signal) {
        long bit = 1L << (signal - 1);
        Path process = Path.of("/proc/" + pid);
        try {
            if (mayWaitForSignals(process.resolve("task"))) {
                return true;
            }
            for (String line : Files.readAllLines(process.resolve("status"))) {
                if ((line.startsWith("SigCgt:") || line.startsWith("SigBlk:"))
                        && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & bit) != 0) {
                    return true;
                }
            }
            return mayWaitForSignals(process.resolve("task"));
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean mayWaitForSignals(Path threads) throws IOException {
        int seen = 0;
        try (var entries = Files.newDirectoryStream(threads)) {
            for (Path thread : entries) {
                if (++seen > THREADS_MAX
                        || mayWaitForSignals(Files.readString(thread.resolve("wchan")))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether a thread may be one that waits for signals.
    ///
    /// @param sleepsIn the function of the kernel that it sleeps in; 0 for one that runs, which may
    ///   be on its way into or out of sigwait(3) and shows its signals as not blocked then
    static boolean mayWaitForSignals(String sleepsIn) {
        return sleepsIn.equals("0") || sleepsIn.contains("sigtimedwait");
    }
}
