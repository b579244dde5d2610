package sampan.engine.containers;

import java.util.Set;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.errors.SampanException;

/// The option words after the second colon of `-v SOURCE:TARGET:WORDS`, folded into a request's
/// fields.
final class MountWords {
    private static final Set<String> PROPAGATIONS =
            Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");
    private static final Set<String> NO_EFFECT =
            Set.of("z", "Z", "cached", "delegated", "consistent", "default");

    private MountWords() {}

    /// INVALID `invalid mode: WORDS` for unknown or repeated words.
    static MountRequest apply(MountRequest request) {
        boolean readOnly = request.readOnly();
        boolean noCopy = request.noCopy();
        String propagation = request.propagation();
        boolean access = false;
        boolean spread = false;
        for (String word :
                request.mode().isEmpty() ? new String[0] : request.mode().split(",", -1)) {
            if (word.equals("ro") || word.equals("rw")) {
                refuse(access, request);
                access = true;
                readOnly = word.equals("ro");
            } else if (word.equals("nocopy")) {
                refuse(request.type() != StorageSpec.Type.VOLUME, request);
                noCopy = true;
            } else if (PROPAGATIONS.contains(word)) {
                refuse(spread || request.type() != StorageSpec.Type.BIND, request);
                spread = true;
                propagation = word;
            } else {
                refuse(!NO_EFFECT.contains(word), request);
            }
        }
        return new MountRequest(
                request.type(),
                request.source(),
                request.target(),
                readOnly,
                request.mode(),
                propagation,
                request.createSource(),
                noCopy,
                request.nonRecursive(),
                request.subpath(),
                request.options(),
                request.origin());
    }

    private static void refuse(boolean wrong, MountRequest request) {
        if (wrong) {
            throw SampanException.invalid("invalid mode: " + request.mode());
        }
    }
}
