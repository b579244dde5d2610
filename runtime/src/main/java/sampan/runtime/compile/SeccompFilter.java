package sampan.runtime.compile;

import java.util.OptionalInt;

/// A compiled system call filter.
///
/// @param flags SECCOMP_FILTER_FLAG_* bits
/// @param listener slot of a connected unix socket that gets the notification descriptor
/// @param program the bytes of `struct sock_filter[]`; not changed by anybody afterwards
public record SeccompFilter(long flags, OptionalInt listener, byte[] program) {
    public static SeccompFilter of(long flags, byte[] program) {
        return new SeccompFilter(flags, OptionalInt.empty(), program);
    }
}
