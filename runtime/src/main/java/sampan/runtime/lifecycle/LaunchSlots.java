package sampan.runtime.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import sampan.linux.cgroups.CgroupEntry;
import sampan.linux.sys.Fd;
import sampan.runtime.compile.MonitorSettings;
import sampan.runtime.compile.Stdio;
import sampan.runtime.monitor.LaunchSlot;

/// The descriptors of one launch, as they are collected. For one thread.
final class LaunchSlots {
    private static final int STDIO = 3;

    private final List<LaunchSlot> slots = new ArrayList<>();

    /// The first three slots are the caller's stdio as far as the launch needs it: what a waiting
    /// container holds open without need, its caller waits for to end.
    LaunchSlots(ProcessStdio stdio) {
        int theirs =
                switch (stdio) {
                    case ProcessStdio.Inherited() -> STDIO;
                    case ProcessStdio.Terminal _ -> STDIO - 1;
                    case ProcessStdio.ConsoleSocket _ -> 0;
                };
        for (int i = 0; i < STDIO; i++) {
            slots.add(i < theirs ? new LaunchSlot.Theirs(i) : new LaunchSlot.Closed());
        }
    }

    int add(Fd fd) {
        slots.add(new LaunchSlot.Ours(fd));
        return slots.size() - 1;
    }

    /// What the caller has open from 3 on, in order.
    void addTheirs(int count, IntConsumer slotOfNext) {
        for (int i = 0; i < count; i++) {
            slots.add(new LaunchSlot.Theirs(STDIO + i));
            slotOfNext.accept(slots.size() - 1);
        }
    }

    OptionalInt cgroup(CgroupEntry entry) {
        return entry.directory().isPresent()
                ? OptionalInt.of(add(entry.directory().get()))
                : OptionalInt.empty();
    }

    Stdio stdio(ProcessStdio wanted) {
        return switch (wanted) {
            case ProcessStdio.Inherited() -> new Stdio.Inherit();
            case ProcessStdio.ConsoleSocket(Fd socket) -> new Stdio.ConsoleSocket(add(socket));
            case ProcessStdio.Terminal _ -> new Stdio.Terminal(true, false);
        };
    }

    MonitorSettings monitor(String directory, ProcessStdio wanted) {
        MonitorSettings settings = MonitorSettings.in(directory);
        return wanted instanceof ProcessStdio.Terminal
                ? settings.withClient(new MonitorSettings.Client(0, 1, -1, ""))
                : settings;
    }

    int size() {
        return slots.size();
    }

    List<LaunchSlot> all() {
        return List.copyOf(slots);
    }
}
