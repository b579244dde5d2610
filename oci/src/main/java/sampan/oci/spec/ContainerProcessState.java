package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// What the supervisor of a system call filter is told together with its descriptors.
///
/// @param fds names of the descriptors that come along, in their order
/// @param pid of the process, as the runtime sees it
/// @param metadata `linux.seccomp.listenerMetadata`
/// @param state of its container
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ContainerProcessState(
        String ociVersion, List<String> fds, int pid, String metadata, State state) {
    /// The name of a notification descriptor.
    public static final String SECCOMP_FD = "seccompFd";

    public ContainerProcessState {
        ociVersion = Absent.text(ociVersion);
        fds = Absent.list(fds);
        metadata = Absent.text(metadata);
    }
}
