package sampan.runtime.compile;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import sampan.errors.SampanException;
import sampan.linux.seccomp.SeccompProgram;

/// A compiled system call filter, as a plan takes it.
///
/// @param flags SECCOMP_FILTER_FLAG_* bits, NEW_LISTENER aside
/// @param listener slot of a connected unix socket that gets the notification descriptor
/// @param program `struct sock_filter[]`; not changed by anybody afterwards
public record SeccompFilter(long flags, OptionalInt listener, ByteBuffer program) {
    private static final long NEW_LISTENER = 8;

    /// @throws SampanException INVALID where the program notifies: somebody must listen
    public static SeccompFilter of(SeccompProgram program) {
        if (program.listener()) {
            throw SampanException.invalid(
                    "the seccomp profile has the action SCMP_ACT_NOTIFY, but no listenerPath");
        }
        return new SeccompFilter(program.flags(), OptionalInt.empty(), program.code());
    }

    /// @param socket slot
    public static SeccompFilter of(SeccompProgram program, int socket) {
        return program.listener()
                ? new SeccompFilter(
                        program.flags() & ~NEW_LISTENER, OptionalInt.of(socket), program.code())
                : of(program);
    }
}
