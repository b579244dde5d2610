package sampan.engine.trees;

import sampan.oci.tar.TarLimits;

/// How an archive is unpacked.
///
/// @param base below the root where names begin; empty for the root
/// @param whiteouts names say what is gone below, as in a layer
/// @param owners uid and gid are taken from the archive; else all belongs to this process
/// @param keepTypes a directory is not replaced by something else, nor the other way round
public record ExtractOptions(
        String base, boolean whiteouts, boolean owners, boolean keepTypes, TarLimits limits) {
    /// As a layer wants it.
    public static ExtractOptions layer(TarLimits limits) {
        return new ExtractOptions("", true, true, false, limits);
    }
}
