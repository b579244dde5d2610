package sampan.buildkit.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// What an output calls its image.
///
/// @param given by the client
/// @param canonical every name is given together with the digest too
/// @param prefix what an image without a name is called, with its digest
/// @param byDigest registries get the image by its digest alone, and neither there nor here a tag
record OutputNames(
        List<String> given, boolean canonical, Optional<String> prefix, boolean byDigest) {
    /// @throws SampanException INVALID for names that contradict the rest
    OutputNames {
        given = List.copyOf(given);
        for (String name : given) {
            Reference reference = Reference.parseBare(name);
            if (reference.digest().isPresent()) {
                throw SampanException.invalid("refusing to create a tag with a digest reference");
            }
            if (byDigest && reference.tag().isPresent()) {
                throw SampanException.invalid(
                        "can't push tagged ref "
                                + reference
                                + " by digest: leave the tag out, or push-by-digest");
            }
        }
        prefix.ifPresent(Reference::parseBare);
    }

    boolean isNone() {
        return given.isEmpty() && prefix.isEmpty();
    }

    /// Whether a name holds the image's digest, which must not change any more then.
    boolean arePinned() {
        return canonical || byDigest || (given.isEmpty() && prefix.isPresent());
    }

    /// Those that the engine gives the image.
    List<Reference> kept(Digest digest) {
        List<Reference> names = new ArrayList<>();
        if (!byDigest) {
            given.forEach(name -> names.add(Reference.parse(name)));
        }
        if (canonical || byDigest) {
            given.forEach(name -> names.add(Reference.parseBare(name).atDigest(digest)));
        }
        if (given.isEmpty()) {
            prefix.ifPresent(name -> names.add(Reference.parseBare(name).atDigest(digest)));
        }
        return List.copyOf(names);
    }

    /// Those that registries are given.
    List<Reference> pushed(Digest digest) {
        return given.isEmpty() || byDigest
                ? kept(digest)
                : given.stream().map(Reference::parse).toList();
    }

    /// Those that the client is told.
    List<String> told(Digest digest) {
        return given.isEmpty()
                ? kept(digest).stream().map(Reference::toString).toList()
                : given.stream().map(name -> Reference.parseBare(name).toString()).toList();
    }
}
