package sampan.engine.trees;

import java.util.OptionalLong;
import java.util.function.Predicate;

/// How a tree is packed.
///
/// @param prefix stands before every path with a slash; the tree's own entry has it alone
/// @param ownEntry the directory itself gets an entry
/// @param whiteouts overlayfs's marks become a layer's; else they are left out
/// @param oneMount what is mounted below is an empty directory or file
/// @param takes paths (without a slash in front) that are packed; a directory that is not taken is
///   still looked into
/// @param newest later times are cut to this one, in seconds
public record PackOptions(
        String prefix,
        boolean ownEntry,
        boolean whiteouts,
        boolean oneMount,
        Predicate<String> takes,
        OptionalLong newest) {
    /// With times as they are.
    public PackOptions(
            String prefix,
            boolean ownEntry,
            boolean whiteouts,
            boolean oneMount,
            Predicate<String> takes) {
        this(prefix, ownEntry, whiteouts, oneMount, takes, OptionalLong.empty());
    }
}
