package sampan.linux.users;

import java.util.List;
import java.util.Optional;

/// Who a process is to be.
///
/// @param groups supplementary groups in the file's order, without doubles
/// @param home the user's directory; `/` where passwd has none
/// @param name empty where passwd has no such user
public record Identity(int uid, int gid, List<Integer> groups, String home, Optional<String> name) {
    public Identity {
        groups = List.copyOf(groups);
    }
}
