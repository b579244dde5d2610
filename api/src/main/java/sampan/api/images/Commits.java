package sampan.api.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.api.translate.CommitChanges;
import sampan.api.wire.ContainerConfig;
import sampan.api.wire.Doc;
import sampan.engine.services.ArchiveService;
import sampan.engine.services.ArchiveService.CommitRequest;
import sampan.errors.SampanException;

/// Containers made images.
public final class Commits {
    private final ArchiveService archives;

    public Commits(ArchiveService archives) {
        this.archives = archives;
    }

    public void register(Routes routes) {
        routes.add("POST", "/commit", this::commit);
    }

    private void commit(Call call) throws IOException {
        String container = call.query("container");
        if (container.isEmpty()) {
            throw SampanException.invalid("invalid name or ID supplied: \"\"");
        }
        List<String> changes = new ArrayList<>(CommitChanges.of(call.body(ContainerConfig.class)));
        for (String text : call.all("changes")) {
            text.lines().filter(line -> !line.isBlank()).forEach(changes::add);
        }
        String id =
                archives.commit(
                        new CommitRequest(
                                container,
                                call.query("repo"),
                                call.query("tag"),
                                call.query("comment"),
                                call.query("author"),
                                call.flag("pause", true),
                                List.copyOf(changes),
                                Map.of()));
        call.answer(201, Doc.of().put("Id", id));
    }
}
