package sampan.linux.cgroups;

/// Where the kernel counts the kills for want of memory in a cgroup: a line `key number` in a file.
///
/// @param file absolute path
/// @param key of the line
public record OomCounter(String file, String key) {}
