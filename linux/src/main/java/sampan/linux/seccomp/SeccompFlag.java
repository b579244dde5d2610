package sampan.linux.seccomp;

import java.util.Optional;

/// Flags for the loading of a filter (seccomp(2), SECCOMP_FILTER_FLAG_*).
public enum SeccompFlag {
    /// All threads get it. Without effect in a process of one thread.
    TSYNC(1),
    /// Every action but ALLOW may be logged.
    LOG(2),
    /// Mitigation of speculative store bypass stays off.
    SPEC_ALLOW(4),
    /// A supervised call is not interrupted by a signal once the supervisor has it (5.19).
    WAIT_KILLABLE_RECV(32);

    /// Added by the compiler for a profile that notifies.
    static final long NEW_LISTENER = 8;

    private static final String PREFIX = "SECCOMP_FILTER_FLAG_";

    private final long bit;

    SeccompFlag(long bit) {
        this.bit = bit;
    }

    public long bit() {
        return bit;
    }

    /// The flag of that name in the OCI specification.
    public static Optional<SeccompFlag> named(String name) {
        for (SeccompFlag flag : values()) {
            if (name.equals(PREFIX + flag.name())) {
                return Optional.of(flag);
            }
        }
        return Optional.empty();
    }
}
