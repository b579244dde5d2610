package sampan.engine.images;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// How people name images: by a reference, an id, or the beginning of one.
public final class ImageText {
    static final Pattern ID_PREFIX = Pattern.compile("(?:sha256:)?([a-f0-9]{1,64})");
    static final int HEX_DIGITS = 64;

    private ImageText() {}

    static Optional<Reference> parsed(String text) {
        try {
            return Optional.of(Reference.parse(text));
        } catch (SampanException e) {
            return Optional.empty();
        }
    }

    /// The whole digest that the text is, with or without its algorithm.
    static Optional<Digest> digest(String text) {
        Matcher matcher = ID_PREFIX.matcher(text);
        return matcher.matches() && matcher.group(1).length() == HEX_DIGITS
                ? Optional.of(new Digest(Digest.SHA256, matcher.group(1)))
                : Optional.empty();
    }

    // What can be neither a name nor an id is the caller's mistake, not a missing image.
    static SampanException unresolved(String text) {
        if (!ID_PREFIX.matcher(text).matches()) {
            try {
                Reference.parse(text);
            } catch (SampanException e) {
                return e;
            }
        }
        return missing(text);
    }

    static SampanException missing(String text) {
        String shown = parsed(text).map(Reference::familiar).orElse(text);
        boolean id = ID_PREFIX.matcher(text).matches() && text.startsWith("sha256:");
        String whole =
                text.length() == HEX_DIGITS && ID_PREFIX.matcher(text).matches() ? "sha256:" : "";
        return SampanException.notFound("No such image: " + (id ? text : whole + shown));
    }

    /// Whether the text names the image by its id rather than by a reference.
    public static boolean isIdPrefix(String text, String imageId) {
        String hex = text.startsWith("sha256:") ? text.substring(7) : text;
        return !hex.isEmpty() && Digest.parse(imageId).hex().startsWith(hex);
    }
}
