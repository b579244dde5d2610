package sampan.engine.registry;

import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;

/// One repository of a registry, or of its mirrors. Thread-safe; every operation blocks for as long
/// as [RegistryLimits] allows. A `target` is a tag or a digest.
///
/// Failures are [RegistryException] where the registry answered, and UNAVAILABLE where it did not.
public interface Repository extends ContentSource {
    /// As the caller named it.
    Reference name();

    /// What the target is at present; empty where the registry does not tell without its content.
    Optional<Descriptor> head(String target);

    boolean hasBlob(Digest blob);

    /// Whether it was seen to have the blob a short while ago. It may have lost it since: a
    /// registry refuses a manifest whose blobs it lacks, and [#forgetBlobs] is for that.
    boolean remembersBlob(Digest blob);

    /// From now on it is asked again.
    void forgetBlobs();

    /// Asks for a blob that another repository of this registry has; false where it must be sent.
    boolean mount(Digest blob, Reference from);

    /// Sends a blob, going on where a broken connection left it.
    ///
    /// @param progress told the bytes that were taken so far
    void upload(Descriptor blob, UploadSource source, LongConsumer progress);

    /// Sends a blob while it is being made, in one try; whatever goes wrong, it may be sent by
    /// [#upload] after that.
    ///
    /// @param content to its end
    /// @param digest asked once the content is at its end
    void stream(ReadableByteChannel content, Supplier<Digest> digest);

    void putManifest(String target, ManifestContent manifest);

    List<String> tags();

    /// Manifests that refer to this one, where the registry lists them.
    ///
    /// @param artifactType empty for all
    List<Descriptor> referrers(Digest subject, String artifactType);
}
