package sampan.api.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import sampan.api.call.ApiVersion;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.api.wire.Doc;
import sampan.http.Response;

/// What clients ask first. It needs no engine, so it is answered while the engine still starts.
public final class Greeting {
    private static final byte[] OK = "OK".getBytes(StandardCharsets.US_ASCII);

    private final Product product;

    public Greeting(Product product) {
        this.product = product;
    }

    public void register(Routes routes) {
        routes.add("GET", "/_ping", this::ping)
                .add("HEAD", "/_ping", this::ping)
                .add("GET", "/version", this::version);
    }

    private void ping(Call call) throws IOException {
        Response response =
                call.respond(200)
                        .header("Builder-Version", "2")
                        .header("Swarm", "inactive")
                        .header("Cache-Control", "no-cache, no-store, must-revalidate")
                        .header("Pragma", "no-cache")
                        .header("Content-Type", "text/plain; charset=utf-8");
        if (call.exchange().head().method().equals("HEAD")) {
            response.end();
        } else {
            response.send(OK);
        }
    }

    private void version(Call call) throws IOException {
        call.answer(200, version(product));
    }

    /// What GET /version answers.
    public static Doc version(Product product) {
        String kernel = System.getProperty("os.version", "");
        Doc details =
                Doc.of()
                        .put("ApiVersion", ApiVersion.NEWEST.toString())
                        .put("Arch", Product.architecture())
                        .put("BuildTime", product.buildTime())
                        .put("Experimental", "false")
                        .put("GitCommit", product.commit())
                        .put("KernelVersion", kernel)
                        .put("MinAPIVersion", ApiVersion.OLDEST.toString())
                        .put("Os", "linux");
        Doc engine =
                Doc.of()
                        .put("Name", "Engine")
                        .put("Version", product.version())
                        .put("Details", details);
        return Doc.of()
                .put("Platform", Doc.of().put("Name", Product.NAME))
                .put("Version", product.version())
                .put("ApiVersion", ApiVersion.NEWEST.toString())
                .put("MinAPIVersion", ApiVersion.OLDEST.toString())
                .put("Os", "linux")
                .put("Arch", Product.architecture())
                .put("Components", List.of(engine))
                .put("GitCommit", product.commit())
                .put("GoVersion", "")
                .put("KernelVersion", kernel)
                .put("BuildTime", product.buildTime());
    }
}
