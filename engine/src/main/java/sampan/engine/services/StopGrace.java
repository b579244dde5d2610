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
    private StopGrace() {}

    /// Sends the signal to those who can hear it.
    ///
    /// @param ownPids the container has a pid namespace of its own
    /// @return whether anybody can: the grace period makes sense
    static boolean ask(Task task, int signal, boolean ownPids) {
        boolean first = signal(task.pid(), signal);
        if (!first || !ownPids || signal == Signals.KILL || hears(task.pid(), signal)) {
            return first;
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

    // A signal that is caught, or blocked as sigwait(3) and signalfd(2) want it
    // (proc_pid_status(5)).
    private static boolean hears(int pid, int signal) {
        long bit = 1L << (signal - 1);
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if ((line.startsWith("SigCgt:") || line.startsWith("SigBlk:"))
                        && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & bit) != 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return false;
        }
    }
}
