package sampan.engine.build.context;

import sampan.linux.files.Stat;

/// A file, directory or link that is to be copied.
///
/// @param path in its tree
/// @param target where it goes, below the destination; empty for the destination itself
public record Picked(String path, String target, Stat stat) {}
