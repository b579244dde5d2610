package sampan.engine.images;

import java.util.List;
import java.util.Optional;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// The name of an index that nobody gave one: it keeps the index and joins its images until they
/// get a name or are pruned, and is told to nobody.
public final class Nameless {
    /// A domain that the domain name system has reserved (`.internal`), so that no registry has it.
    private static final String DOMAIN = "sampan.internal";

    private static final String PATH = "nameless";

    private Nameless() {}

    public static Reference of(Digest index) {
        return new Reference(DOMAIN, PATH, Optional.empty(), Optional.of(index));
    }

    public static boolean is(Reference reference) {
        return reference.domain().equals(DOMAIN) && reference.path().equals(PATH);
    }

    /// What joins an image with those of other platforms, where it has no name but that one.
    public static Optional<ReferenceRecord> whole(ImageStore images, Digest id) {
        List<ReferenceRecord> names = images.names(id);
        return names.size() == 1 && are(names)
                ? images.name(names.getFirst().reference().toString())
                : Optional.empty();
    }

    /// Whether an image has no name but such ones.
    static boolean are(List<ReferenceRecord> names) {
        return !names.isEmpty() && names.stream().allMatch(name -> is(name.reference()));
    }
}
