package sampan.engine.snapshots;

import java.nio.charset.StandardCharsets;
import java.util.List;
import sampan.oci.Digest;

/// A stack of layers.
///
/// @param layers diffIDs from the bottom up
public record Chain(List<Digest> layers) {
    public static final Chain EMPTY = new Chain(List.of());

    public Chain {
        layers = List.copyOf(layers);
    }

    /// The chainID (image-spec, config.md, "Layer ChainID").
    ///
    /// @throws IllegalStateException for a chain without layers
    public Digest id() {
        if (layers.isEmpty()) {
            throw new IllegalStateException("an empty chain has no id");
        }
        Digest id = layers.getFirst();
        for (Digest layer : layers.subList(1, layers.size())) {
            id = Digest.of((id + " " + layer).getBytes(StandardCharsets.US_ASCII));
        }
        return id;
    }
}
