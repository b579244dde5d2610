package sampan.runtime.compile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.seccomp.SeccompProgram;

/// A compiled system call filter, as a plan takes it.
///
/// @param flags SECCOMP_FILTER_FLAG_* bits, NEW_LISTENER aside
/// @param program `struct sock_filter[]`; not changed by anybody afterwards
public record SeccompFilter(long flags, Optional<Listener> listener, ByteBuffer program) {
    private static final long NEW_LISTENER = 8;

    /// Who answers the calls that the filter notifies of.
    ///
    /// @param socket slot of a connected unix socket that gets the notification descriptor
    /// @param message what comes along; `@PID@` in it becomes the process's id
    public record Listener(int socket, String message) {
        /// What the launcher takes.
        static final int MESSAGE_BYTES_MAX = 64 << 10;

        /// @throws SampanException INVALID for a message beyond that
        public Listener {
            if (message.getBytes(StandardCharsets.UTF_8).length > MESSAGE_BYTES_MAX) {
                throw SampanException.invalid(
                        "annotations and linux.seccomp.listenerMetadata make the state for the"
                                + " seccomp agent longer than "
                                + MESSAGE_BYTES_MAX
                                + " bytes: give fewer");
            }
        }
    }

    /// @throws SampanException INVALID where the program notifies: somebody must listen
    public static SeccompFilter of(SeccompProgram program) {
        if (program.listener()) {
            throw SampanException.invalid(
                    "seccomp listenerPath is not set: the profile has the action SCMP_ACT_NOTIFY");
        }
        return new SeccompFilter(program.flags(), Optional.empty(), program.code());
    }

    /// A listener whom the program does not notify is left out.
    public static SeccompFilter of(SeccompProgram program, Listener listener) {
        return program.listener()
                ? new SeccompFilter(
                        program.flags() & ~NEW_LISTENER, Optional.of(listener), program.code())
                : of(program);
    }
}
