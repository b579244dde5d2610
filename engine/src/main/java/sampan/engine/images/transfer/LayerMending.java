package sampan.engine.images.transfer;

import java.util.Optional;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Makes a layer anew of its blob.
public final class LayerMending {
    private LayerMending() {}

    /// Unpacks the blob, and puts it in the place of what is there.
    ///
    /// @throws SampanException NOT_FOUND where the blob is not here, INVALID where it is something
    ///   else
    public static void mend(Stores stores, Digest blob, Digest diffId) {
        try (Transfer transfer = new Transfer(stores)) {
            transfer.hold(diffId);
            Optional<Stored> here = transfer.have(blob);
            if (here.isEmpty()) {
                throw SampanException.notFound("its blob " + blob + " is not here");
            }
            Stored unpacked = transfer.unpackHere(here.get(), _ -> {});
            Digest actual = transfer.diffId(unpacked);
            if (!actual.equals(diffId)) {
                throw SampanException.invalid("its blob " + blob + " is broken");
            }
            stores.snapshots().removeLayer(diffId);
            transfer.commit(unpacked, diffId);
        }
    }
}
