package sampan.engine.services;

import java.util.List;
import java.util.Optional;
import sampan.engine.images.transfer.DistantImage;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.Credential;
import sampan.engine.registry.Registries.Hit;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Platform;

/// Images from registries and to them. What a registry sends is hostile: bounded, checked, confined
/// to the store. References are what people write: `busybox`, `localhost:5000/a@sha256:…`.
public interface RegistryService {
    /// Told while a transfer goes on, on the thread that asked for it.
    interface Progress extends ImageTransferService.Progress {
        /// A line of its own.
        ///
        /// @param id of what it is about, or empty
        void message(String id, String text);
    }

    /// @param reference without tag and digest: all tags of the repository
    /// @param platform `OS/ARCH[/VARIANT]`, or empty for this machine's
    record PullRequest(String reference, String platform, Credential credential) {}

    /// @param reference as people see it
    /// @param digest of the manifest or index
    record Pulled(String reference, String imageId, String digest) {}

    /// @return one for each tag that was pulled
    List<Pulled> pull(PullRequest request, Progress progress);

    /// The images behind a name, or all those of its index; nothing is stored but what is asked of
    /// them.
    List<DistantImage> distant(String reference, Credential credential);

    /// The same of a manifest or an index in a directory of a client's.
    List<DistantImage> distant(ContentSource source, Digest root);

    /// @param left the index of which one image alone was pushed, because others are not here
    record Pushed(String tag, Descriptor manifest, Optional<Descriptor> left) {
        public String digest() {
            return manifest.digest().toString();
        }

        public long size() {
            return manifest.size();
        }
    }

    /// @param reference without tag: all tags of the repository that are here
    /// @param platform `OS/ARCH[/VARIANT]`, or empty for all of a name
    record PushRequest(String reference, Optional<Platform> platform, Credential credential) {}

    List<Pushed> push(PushRequest request, Progress progress);

    /// Pushes what is here under this name with a digest; its registry gets no tag.
    void pushByDigest(Reference name, Credential credential, Progress progress);

    /// A build's cache on its way out.
    ///
    /// @param images while their build keeps them
    /// @param compress layers of our own making
    record CachePush(
            String reference,
            Credential credential,
            List<BuildResult.Parts> images,
            boolean compress) {
        public CachePush {
            images = List.copyOf(images);
        }
    }

    /// @return the image's manifest, or the index of several
    Descriptor pushCache(CachePush request);

    /// @param server as people write it; empty for Docker's hub
    /// @return a refresh token to be kept in place of the password, or empty
    String login(String server, Credential credential);

    /// What a registry says of a name, without pulling it.
    record Distribution(Descriptor descriptor, List<Platform> platforms) {}

    Distribution distribution(String reference, Credential credential);

    /// @param term may begin with a registry's host
    List<Hit> search(String term, int limit, Credential credential);

    /// Manifests that refer to the one of this name: signatures, attestations, any artifact.
    List<Descriptor> referrers(String reference, Optional<String> type, Credential credential);
}
