package sampan.runtime.plan;

/// The pty that CONSOLE makes.
///
/// @param rows 0 with columns 0: the kernel's default
/// @param uid owner of the slave
/// @param flags CONSOLE_* bits
public record Console(int rows, int columns, long uid, long gid, int flags) {}
