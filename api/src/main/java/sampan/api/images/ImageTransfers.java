package sampan.api.images;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.call.Problem;
import sampan.api.call.Routes;
import sampan.api.wire.Doc;
import sampan.engine.services.ImageService;
import sampan.engine.services.ImageTransferService;
import sampan.engine.services.ImageTransferService.Loaded;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// Images in and out.
public final class ImageTransfers {
    private static final String JSON = "application/json";
    private static final String TAR = "application/x-tar";

    private final ImageTransferService transfers;
    private final ImageService images;
    private final RegistryTransfers registries;

    public ImageTransfers(
            ImageTransferService transfers, ImageService images, RegistryTransfers registries) {
        this.transfers = transfers;
        this.images = images;
        this.registries = registries;
    }

    public void register(Routes routes) {
        routes.add("POST", "/images/load", this::load)
                .add("GET", "/images/get", this::saveMany)
                .add("GET", "/images/{name...}/get", this::saveOne)
                .add("POST", "/images/create", this::create);
    }

    private void load(Call call) throws IOException {
        Optional<Platform> platform = PlatformChoice.of(call);
        ProgressLines lines = new ProgressLines(new LateBody(call, JSON), !call.flag("quiet"));
        lines.telling(() -> {
            Loaded loaded = transfers.load(call.exchange().body(), platform, lines);
            for (String reference : loaded.references()) {
                lines.stream("Loaded image: " + reference + "\n");
            }
            if (loaded.references().isEmpty()) {
                for (String id : loaded.ids()) {
                    lines.stream("Loaded image ID: " + id + "\n");
                }
            }
        });
    }

    private void saveOne(Call call) throws IOException {
        save(call, List.of(call.path("name")));
    }

    private void saveMany(Call call) throws IOException {
        List<String> names =
                call.all("names").stream()
                        .flatMap(text -> Arrays.stream(text.split(",", -1)))
                        .filter(name -> !name.isEmpty())
                        .toList();
        if (names.isEmpty()) {
            throw SampanException.invalid("bad parameter: names cannot be empty");
        }
        save(call, names);
    }

    private void save(Call call, List<String> names) throws IOException {
        Optional<Platform> platform = PlatformChoice.of(call, images, names);
        LateBody out = new LateBody(call, TAR);
        transfers.save(names, platform, out);
        out.close();
    }

    private void create(Call call) throws IOException {
        String source = call.query("fromSrc");
        if (!call.query("fromImage").isEmpty()) {
            registries.pull(call);
            return;
        }
        if (source.isEmpty()) {
            throw SampanException.invalid("bad parameter: fromSrc or fromImage must be given");
        }
        if (!source.equals("-")) {
            throw Problem.unsupported(
                    "importing from a URL is not supported: send the archive itself");
        }
        refusePlatform(call);
        ProgressLines lines = new ProgressLines(new LateBody(call, JSON), true);
        lines.telling(() -> {
            String id =
                    transfers.importTar(
                            call.exchange().body(),
                            call.query("repo"),
                            call.query("tag"),
                            call.query("message"),
                            call.all("changes"));
            lines.line(Doc.of().put("status", id));
        });
    }

    /// Images are of this machine's platform: naming another one cannot be honoured.
    private static void refusePlatform(Call call) {
        String platform = call.query("platform");
        if (!platform.isEmpty() && !platform.startsWith("linux")) {
            throw SampanException.invalid("platform must be linux: " + platform);
        }
    }
}
