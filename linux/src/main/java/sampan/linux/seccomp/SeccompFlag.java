package sampan.linux.seccomp;

import java.util.Optional;
import java.util.Set;

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

    /// With a listener the result is its descriptor, so that TSYNC has to fail another way.
    private static final long TSYNC_ESRCH = 16;

    private static final String PREFIX = "SECCOMP_FILTER_FLAG_";

    private final long bit;

    SeccompFlag(long bit) {
        this.bit = bit;
    }

    public long bit() {
        return bit;
    }

    /// The bits for seccomp(2), which refuses some flags with a listener and others without.
    static long bits(Set<SeccompFlag> flags, boolean listener) {
        long bits = listener ? NEW_LISTENER : 0;
        for (SeccompFlag flag : flags) {
            bits |=
                    switch (flag) {
                        case LOG, SPEC_ALLOW -> flag.bit;
                        case TSYNC -> listener ? flag.bit | TSYNC_ESRCH : flag.bit;
                        case WAIT_KILLABLE_RECV -> listener ? flag.bit : 0;
                    };
        }
        return bits;
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
