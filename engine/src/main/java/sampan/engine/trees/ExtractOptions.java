package sampan.engine.trees;

import java.util.Optional;
import sampan.oci.tar.TarLimits;

/// How an archive is unpacked.
///
/// @param base below the root where names begin; empty for the root
/// @param whiteouts names say what is gone below, as in a layer
/// @param everyone owns all that is unpacked; absent: whom the archive says
/// @param keepTypes a directory is not replaced by something else, nor the other way round
public record ExtractOptions(
        String base,
        boolean whiteouts,
        Optional<Owner> everyone,
        boolean keepTypes,
        TarLimits limits) {
    public record Owner(int uid, int gid) {}

    /// As a layer wants it.
    public static ExtractOptions layer(TarLimits limits) {
        return new ExtractOptions("", true, Optional.empty(), false, limits);
    }
}
