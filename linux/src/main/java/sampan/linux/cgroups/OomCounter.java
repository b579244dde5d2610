package sampan.linux.cgroups;

/// Where the kernel counts the kills for want of memory in a cgroup: a line `key number` in a file.
///
/// @param file absolute path
/// @param key of the line
/// @param control where version 1 is asked to tell when it kills; empty where the file itself wakes
///   its readers
public record OomCounter(String file, String key, String control) {}
