package sampan.linux.users;

import java.util.List;

/// A line of group(5) without its password field.
///
/// @param gid 0 to 2147483647
/// @param members names of users whose primary group is another
public record Group(String name, int gid, List<String> members) {
    public Group {
        members = List.copyOf(members);
    }
}
