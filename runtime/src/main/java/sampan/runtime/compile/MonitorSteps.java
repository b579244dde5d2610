package sampan.runtime.compile;

import sampan.errors.SampanException;
import sampan.runtime.plan.Flags;
import sampan.runtime.plan.PlanWriter;

/// What the monitor is told about itself and the process's stdio.
final class MonitorSteps {
    private final PlanWriter plan;

    MonitorSteps(PlanWriter plan) {
        this.plan = plan;
    }

    /// @param owner of the stdio pipes, on the host; -1 to leave them the launcher's
    void write(MonitorSettings settings, Stdio stdio, long owner) {
        if (!settings.directory().isEmpty()) {
            plan.taskDirectory(settings.directory());
        }
        settings.log()
                .ifPresent(log ->
                        plan.log(log.maxBytes(), log.maxFiles(), log.path(), log.attributes()));
        settings.oom().ifPresent(oom -> plan.oomCounter(oom.file(), oom.key(), oom.control()));
        settings.drainMillis().ifPresent(plan::drain);
        if (settings.detach()) {
            plan.detachMonitor();
        }
        if (settings.subreaper()) {
            plan.subreaper();
        }
        stdio(stdio, owner);
        settings.client().ifPresent(this::client);
    }

    private void stdio(Stdio stdio, long owner) {
        switch (stdio) {
            case Stdio.Null() -> plan.stdio(Flags.STDIO_NULL, false);
            case Stdio.Pipes(boolean open, boolean once) -> {
                plan.stdio(Flags.STDIO_PIPES, open);
                once(once);
                if (owner > 0) {
                    plan.stdioOwner(owner, PlanWriter.NONE);
                }
            }
            case Stdio.Terminal(boolean open, boolean once) -> {
                plan.stdio(Flags.STDIO_PTY, open);
                once(once);
            }
            case Stdio.Inherit() -> plan.stdio(Flags.STDIO_INHERIT, true);
            case Stdio.ConsoleSocket(int socket) -> {
                plan.stdio(Flags.STDIO_PTY, true);
                plan.consoleSocket(socket);
            }
        }
    }

    private void once(boolean once) {
        if (once) {
            plan.stdinOnce();
        }
    }

    private void client(MonitorSettings.Client client) {
        plan.attach(client.in(), client.out(), client.err(), 0);
        if (!client.detachKeys().isEmpty()) {
            plan.attachKeys(client.detachKeys());
        }
    }

    /// The bytes of a list of u32, as SETGROUPS takes it.
    static byte[] gids(Iterable<Long> gids, int count) {
        byte[] bytes = new byte[count * 4];
        int at = 0;
        for (long gid : gids) {
            if (gid < 0 || gid > 0xffff_ffffL) {
                throw SampanException.invalid("gid " + gid + " is out of range");
            }
            for (int shift = 0; shift < 32; shift += 8) {
                bytes[at++] = (byte) (gid >> shift);
            }
        }
        return bytes;
    }
}
