package sampan.linux.users;

/// A line of passwd(5) without its password field.
///
/// @param uid 0 to 2147483647, as `gid`
/// @param home may be empty
/// @param shell may be empty
public record User(String name, int uid, int gid, String comment, String home, String shell) {}
