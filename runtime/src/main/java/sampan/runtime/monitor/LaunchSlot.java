package sampan.runtime.monitor;

import sampan.linux.sys.Fd;

/// What a launcher that somebody else starts gets for one of its slots.
public sealed interface LaunchSlot {
    /// A descriptor of this process.
    record Ours(Fd fd) implements LaunchSlot {}

    /// What the starting process itself has open under that number; closed where it has nothing.
    record Theirs(int number) implements LaunchSlot {}

    /// The slot stays closed.
    record Closed() implements LaunchSlot {}
}
