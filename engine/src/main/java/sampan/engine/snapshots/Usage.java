package sampan.engine.snapshots;

/// What a tree takes.
///
/// @param bytes sizes of its files, hard links once
/// @param allocated bytes of blocks on disk, directories included
/// @param files files and directories
public record Usage(long bytes, long allocated, long files) {
    public static final Usage NONE = new Usage(0, 0, 0);
}
