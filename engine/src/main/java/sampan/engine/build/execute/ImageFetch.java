package sampan.engine.build.execute;

import java.util.List;
import java.util.function.Consumer;
import sampan.engine.images.transfer.DistantImage;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.RegistryService;
import sampan.engine.services.RegistryService.Progress;
import sampan.engine.services.RegistryService.PullRequest;
import sampan.oci.Reference;

/// Gets images that are not here from their registries. Thread-safe.
public record ImageFetch(RegistryService registries) {
    /// The images behind a name in its registry.
    List<DistantImage> distant(String reference, BuildRequest request) {
        return registries.distant(reference, request.credentials().apply(reference));
    }

    /// @param platform as text; empty: this machine's
    /// @param note hears how it goes
    void fetch(Reference name, String platform, Credential credential, Consumer<String> note) {
        registries.pull(
                new PullRequest(name.toString(), platform, credential),
                new Progress() {
                    @Override
                    public void message(String id, String text) {
                        note.accept(id.isEmpty() ? text : id + ": " + text);
                    }

                    @Override
                    public void report(String id, String status, long current, long total) {
                        // a build tells what happened, not how far each layer is
                    }
                });
    }
}
