package sampan.engine.build.execute;

import java.util.function.Consumer;
import sampan.engine.registry.Credential;
import sampan.engine.services.BuildRequest;
import sampan.engine.services.RegistryService;
import sampan.engine.services.RegistryService.Progress;
import sampan.engine.services.RegistryService.PullRequest;
import sampan.oci.Reference;

/// Gets images that are not here from their registries. Thread-safe.
public record ImageFetch(RegistryService registries) {
    private static final String HUB = "index.docker.io";

    /// @param note hears how it goes
    void fetch(String reference, BuildRequest request, Consumer<String> note) {
        Reference name = Reference.parse(reference);
        PullRequest pull =
                new PullRequest(name.toString(), request.platform(), credential(name, request));
        registries.pull(
                pull,
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

    private static Credential credential(Reference name, BuildRequest request) {
        return request.credentials().entrySet().stream()
                .filter(e -> host(e.getKey()).equals(host(name.domain())))
                .map(e -> e.getValue())
                .findFirst()
                .orElse(Credential.NONE);
    }

    /// The host in a server's name as clients keep it: with scheme, path, or an old name.
    private static String host(String server) {
        String bare = server.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        String host = slash < 0 ? bare : bare.substring(0, slash);
        return host.equals(HUB) ? Reference.DEFAULT_DOMAIN : host;
    }
}
