package sampan.engine.images.transfer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// What plain layers are called once they are compressed, so that one which a registry has is not
/// compressed to find that out. Thread-safe.
final class ZippedLayers {
    private static final int LAYERS_MAX = 10_000;

    private final Map<Digest, Descriptor> names =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Digest, Descriptor> eldest) {
                    return size() > LAYERS_MAX;
                }
            };

    synchronized Optional<Descriptor> of(Digest plain) {
        return Optional.ofNullable(names.get(plain));
    }

    synchronized void add(Digest plain, Descriptor zipped) {
        names.put(plain, zipped);
    }
}
