package sampan.oci;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// The name of an image in a registry, whole: `docker.io/library/busybox:latest`. What people write
/// is completed as Docker does it (the default registry, `library/`), and shortened again by
/// [#familiar].
///
/// @param domain host and port of the registry
/// @param path the repository within it
/// @param tag absent where a digest alone was given
/// @param digest pins the content
public record Reference(String domain, String path, Optional<String> tag, Optional<Digest> digest) {
    public static final String DEFAULT_DOMAIN = "docker.io";
    public static final String DEFAULT_TAG = "latest";

    /// Longest `domain/path`, in characters, as registries bound it.
    public static final int NAME_CHARS_MAX = 255;

    private static final String LEGACY_DOMAIN = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final int TEXT_CHARS_MAX = 1024;
    private static final Pattern DOMAIN =
            Pattern.compile(
                    "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
                            + "(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
                            + "|\\[[a-fA-F0-9:]+])(?::[0-9]+)?");
    private static final Pattern COMPONENT =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|__|_|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");

    public Reference {
        if (domain.length() + 1 + path.length() > NAME_CHARS_MAX) {
            throw SampanException.invalid(
                    "repository name must not be more than " + NAME_CHARS_MAX + " characters");
        }
        if (!DOMAIN.matcher(domain).matches()) {
            throw invalid();
        }
        for (String component : path.split("/", -1)) {
            if (!COMPONENT.matcher(component).matches()) {
                throw upperCase(path) ? mustBeLowerCase(path) : invalid();
            }
        }
        if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
            throw invalid();
        }
    }

    /// Reads what people and clients write. A name without tag and digest gets the tag `latest`.
    ///
    /// @throws SampanException INVALID, in Docker's words
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Reference parse(String text) {
        Reference reference = parseBare(text);
        return reference.tag.isEmpty() && reference.digest.isEmpty()
                ? reference.withTag(DEFAULT_TAG)
                : reference;
    }

    /// As [#parse], but neither tag nor digest is added.
    public static Reference parseBare(String text) {
        if (text.length() > TEXT_CHARS_MAX) {
            throw invalid();
        }
        if (IDENTIFIER.matcher(text).matches()) {
            throw SampanException.invalid(
                    "invalid repository name ("
                            + text
                            + "), cannot specify 64-byte hexadecimal strings");
        }
        int at = text.indexOf('@');
        String named = at < 0 ? text : text.substring(0, at);
        Optional<Digest> digest =
                at < 0 ? Optional.empty() : Optional.of(digestOf(text.substring(at + 1)));
        int colon = named.lastIndexOf(':');
        boolean tagged = colon > named.lastIndexOf('/');
        String name = tagged ? named.substring(0, colon) : named;
        Optional<String> tag = tagged ? Optional.of(named.substring(colon + 1)) : Optional.empty();
        return ofName(name, tag, digest);
    }

    private static Reference ofName(String name, Optional<String> tag, Optional<Digest> digest) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        String domain = DEFAULT_DOMAIN;
        String path = name;
        if (slash >= 0 && looksLikeDomain(first)) {
            domain = first.equals(LEGACY_DOMAIN) ? DEFAULT_DOMAIN : first;
            path = name.substring(slash + 1);
        }
        if (domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0) {
            if (upperCase(path)) {
                throw mustBeLowerCase(OFFICIAL + path);
            }
            path = OFFICIAL + path;
        }
        return new Reference(domain, path, tag, digest);
    }

    private static boolean looksLikeDomain(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || upperCase(first);
    }

    private static Digest digestOf(String text) {
        try {
            return Digest.parse(text);
        } catch (SampanException e) {
            throw invalid();
        }
    }

    private static boolean upperCase(String text) {
        return !text.equals(text.toLowerCase(Locale.ROOT));
    }

    private static SampanException invalid() {
        return SampanException.invalid("invalid reference format");
    }

    private static SampanException mustBeLowerCase(String path) {
        return SampanException.invalid(
                "invalid reference format: repository name (" + path + ") must be lowercase");
    }

    /// `docker.io/library/busybox`.
    public String name() {
        return domain + "/" + path;
    }

    /// The name as people write it: `busybox`.
    public String familiarName() {
        if (!domain.equals(DEFAULT_DOMAIN)) {
            return name();
        }
        String rest = path.startsWith(OFFICIAL) ? path.substring(OFFICIAL.length()) : path;
        return rest.indexOf('/') < 0 ? rest : path;
    }

    /// `busybox:latest`, `busybox@sha256:…`, as people see it.
    public String familiar() {
        return familiarName() + suffix();
    }

    public Reference withTag(String newTag) {
        return new Reference(domain, path, Optional.of(newTag), digest);
    }

    /// The same repository at this content, without a tag.
    public Reference atDigest(Digest newDigest) {
        return new Reference(domain, path, Optional.empty(), Optional.of(newDigest));
    }

    /// Whether both name the same repository.
    public boolean sameRepository(Reference other) {
        return domain.equals(other.domain) && path.equals(other.path);
    }

    private String suffix() {
        return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }

    @Override
    @JsonValue
    public String toString() {
        return name() + suffix();
    }
}
