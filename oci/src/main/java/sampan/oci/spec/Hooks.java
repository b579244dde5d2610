package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// The hooks of a container, each list in its order.
///
/// @param prestart deprecated by the specification: runs as createRuntime, before it
/// @param createRuntime in the runtime's namespaces, after the container's exist, before pivot_root
/// @param createContainer in the container's namespaces, found in the runtime's files
/// @param startContainer in the container, before its program
/// @param poststart in the runtime's namespaces, after the program started
/// @param poststop in the runtime's namespaces, after the container is deleted
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop) {
    public static final Hooks NONE =
            new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Hooks {
        prestart = Absent.list(prestart);
        createRuntime = Absent.list(createRuntime);
        createContainer = Absent.list(createContainer);
        startContainer = Absent.list(startContainer);
        poststart = Absent.list(poststart);
        poststop = Absent.list(poststop);
    }
}
