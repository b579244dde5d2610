package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/// Who the process is, in numbers: names were resolved before.
///
/// @param umask empty: the runtime's default of 0022
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record User(long uid, long gid, Optional<Integer> umask, List<Long> additionalGids) {
    public static final User ROOT = of(0, 0);

    public User {
        umask = Absent.optional(umask);
        additionalGids = Absent.list(additionalGids);
    }

    public static User of(long uid, long gid) {
        return new User(uid, gid, Optional.empty(), List.of());
    }
}
