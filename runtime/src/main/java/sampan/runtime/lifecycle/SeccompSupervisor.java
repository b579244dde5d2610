package sampan.runtime.lifecycle;

import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.linux.seccomp.SeccompProgram;
import sampan.linux.sockets.UnixSocket;
import sampan.oci.json.Json;
import sampan.oci.spec.ContainerProcessState;
import sampan.oci.spec.Seccomp;
import sampan.oci.spec.State;
import sampan.runtime.compile.SeccompFilter;

/// A container's filter for one launch, with the connection to whom it notifies; open until the
/// launcher has it.
final class SeccompSupervisor implements AutoCloseable {
    private static final String PID = "@PID@";

    private final Optional<SeccompProgram> program;
    private final Optional<UnixSocket> socket;
    private final Optional<Seccomp> document;

    private SeccompSupervisor(
            Optional<SeccompProgram> program,
            Optional<UnixSocket> socket,
            Optional<Seccomp> document) {
        this.program = program;
        this.socket = socket;
        this.document = document;
    }

    /// @throws SampanException in runc's words where nobody listens
    static SeccompSupervisor of(
            RuntimeHost host, Optional<Seccomp> document, SocketConnector sockets) {
        Optional<SeccompProgram> program =
                document.map(SeccompDocument::profile).map(host.seccomp()::compile);
        boolean notifies = program.isPresent() && program.get().listener();
        return new SeccompSupervisor(
                program,
                notifies ? Optional.of(connect(document.orElseThrow(), sockets)) : Optional.empty(),
                document);
    }

    private static UnixSocket connect(Seccomp document, SocketConnector sockets) {
        if (document.listenerPath().isEmpty()) {
            throw SampanException.invalid("seccomp listenerPath is not set");
        }
        try {
            return sockets.connect(document.listenerPath());
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(),
                    "failed to connect with seccomp agent specified in the seccomp profile: "
                            + e.getMessage(),
                    e);
        }
    }

    /// The filter, and its socket among the launch's descriptors.
    ///
    /// @param state of the container; pid 0 in it stands for the process's own
    Optional<SeccompFilter> filter(LaunchSlots slots, State state) {
        return program.map(p ->
                socket.isEmpty()
                        ? SeccompFilter.of(p)
                        : SeccompFilter.of(
                                p,
                                new SeccompFilter.Listener(
                                        slots.add(socket.get().fd()), message(state))));
    }

    private String message(State state) {
        ContainerProcessState message =
                new ContainerProcessState(
                        state.ociVersion(),
                        List.of(ContainerProcessState.SECCOMP_FD),
                        0,
                        document.map(Seccomp::listenerMetadata).orElse(""),
                        state);
        return Json.text(message).replace("\"pid\":0", "\"pid\":" + PID);
    }

    @Override
    public void close() {
        socket.ifPresent(UnixSocket::close);
    }
}
