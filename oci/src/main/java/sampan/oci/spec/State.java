package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/// The state document: what `state` prints and hooks read.
///
/// @param status `creating created running stopped`; `paused` is what runc adds
/// @param pid in the runtime's pid namespace; 0 when there is no process
/// @param bundle absolute path
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record State(
        String ociVersion,
        String id,
        String status,
        int pid,
        String bundle,
        Map<String, String> annotations) {
    public State {
        ociVersion = Absent.text(ociVersion);
        id = Absent.text(id);
        status = Absent.text(status);
        bundle = Absent.text(bundle);
        annotations = Absent.map(annotations);
    }
}
