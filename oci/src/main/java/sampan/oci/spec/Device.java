package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/// A device node to make.
///
/// @param type `c`, `u`, `b` or `p`
/// @param fileMode permission bits; empty: 0666
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Device(
        String path,
        String type,
        long major,
        long minor,
        Optional<Integer> fileMode,
        Optional<Long> uid,
        Optional<Long> gid) {
    public Device {
        path = Absent.text(path);
        type = Absent.text(type);
        fileMode = Absent.optional(fileMode);
        uid = Absent.optional(uid);
        gid = Absent.optional(gid);
    }
}
