package sampan.api.containers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.call.Routes;
import sampan.api.translate.Times;
import sampan.api.wire.Doc;
import sampan.engine.services.ArchiveService;
import sampan.engine.services.ArchiveService.ChangeKind;
import sampan.engine.services.ArchiveService.PathStat;
import sampan.engine.services.ArchiveService.Reading;
import sampan.errors.SampanException;
import sampan.http.ResponseBody;
import sampan.oci.json.Json;

/// Files of containers: copied in and out, compared, exported.
public final class ContainerFiles {
    private static final String STAT = "X-Docker-Container-Path-Stat";
    private static final String TAR = "application/x-tar";

    private final ArchiveService archives;

    public ContainerFiles(ArchiveService archives) {
        this.archives = archives;
    }

    public void register(Routes routes) {
        routes.add("HEAD", "/containers/{id}/archive", this::stat)
                .add("GET", "/containers/{id}/archive", this::read)
                .add("PUT", "/containers/{id}/archive", this::write)
                .add("GET", "/containers/{id}/changes", this::changes)
                .add("GET", "/containers/{id}/export", this::export);
    }

    private void stat(Call call) throws IOException {
        PathStat stat = archives.stat(call.path("id"), pathOf(call));
        call.respond(200).header(STAT, encode(stat)).end();
    }

    private void read(Call call) throws IOException {
        try (Reading reading = archives.read(call.path("id"), pathOf(call));
                ResponseBody body =
                        call
                                .respond(200)
                                .header(STAT, encode(reading.stat()))
                                .header("Content-Type", TAR)
                                .stream()) {
            reading.copyTo(body);
        }
    }

    private void write(Call call) throws IOException {
        archives.write(
                call.path("id"),
                pathOf(call),
                call.exchange().body(),
                call.flag("noOverwriteDirNonDir"),
                call.flag("copyUIDGID"));
        call.answer(200);
    }

    private void changes(Call call) throws IOException {
        List<Doc> changes =
                archives.diff(call.path("id")).stream()
                        .map(c -> Doc.of().put("Path", c.path()).put("Kind", kind(c.kind())))
                        .toList();
        // Go writes a list that nothing was put into as null.
        call.answer(200, changes.isEmpty() ? null : changes);
    }

    private static int kind(ChangeKind kind) {
        return switch (kind) {
            case MODIFIED -> 0;
            case ADDED -> 1;
            case DELETED -> 2;
        };
    }

    private void export(Call call) throws IOException {
        LateBody out = new LateBody(call, "application/octet-stream");
        archives.export(call.path("id"), out);
        out.close();
    }

    private static String pathOf(Call call) {
        String path = call.query("path");
        if (path.isEmpty()) {
            throw SampanException.invalid("bad parameter: path cannot be empty");
        }
        return path;
    }

    private static String encode(PathStat stat) {
        Doc doc =
                Doc.of()
                        .put("name", stat.name())
                        .put("size", stat.size())
                        .put("mode", stat.mode())
                        .put("mtime", Times.text(stat.modified()))
                        .put("linkTarget", stat.linkTarget());
        return Base64.getEncoder().encodeToString(Json.text(doc).getBytes(StandardCharsets.UTF_8));
    }
}
