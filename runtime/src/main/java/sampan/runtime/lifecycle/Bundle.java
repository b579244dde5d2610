package sampan.runtime.lifecycle;

import java.nio.file.Path;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Spec;

/// A bundle that was read and looks right.
///
/// @param path absolute, without links
/// @param rootfs absolute
public record Bundle(String path, String rootfs, Spec spec) {
    /// The document's name in a bundle.
    public static final String DOCUMENT = "config.json";

    /// @throws SampanException INVALID in runc's words for a document that cannot be run
    public static Bundle read(String path, byte[] document) {
        Spec spec = Json.read(document, Spec.class);
        if (spec.ociVersion().isEmpty()) {
            throw SampanException.invalid("`ociVersion` is missing in " + DOCUMENT);
        }
        if (!spec.ociVersion().startsWith("1.")) {
            throw SampanException.invalid(
                    "unsupported ociVersion \"" + spec.ociVersion() + "\": this runtime reads 1.x");
        }
        check(
                spec.process()
                        .orElseThrow(() ->
                                SampanException.invalid("process property must not be empty")));
        if (spec.root().path().isEmpty()) {
            throw SampanException.invalid("root property must not be empty");
        }
        String rootfs = Path.of(path).resolve(spec.root().path()).normalize().toString();
        return new Bundle(path, rootfs, spec);
    }

    /// Refuses a process that cannot run, in runc's words.
    public static void check(ContainerProcess process) {
        if (process.cwd().isEmpty()) {
            throw SampanException.invalid("Cwd property must not be empty");
        }
        if (!process.cwd().startsWith("/")) {
            throw SampanException.invalid("Cwd must be an absolute path");
        }
        if (process.args().isEmpty()) {
            throw SampanException.invalid("args must not be empty");
        }
    }
}
