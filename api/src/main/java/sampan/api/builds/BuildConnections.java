package sampan.api.builds;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import sampan.api.builds.BuildWire.Offer;
import sampan.api.call.Call;
import sampan.api.call.Routes;
import sampan.errors.SampanException;
import sampan.http.RequestHead;
import sampan.http.Transport;

/// `/grpc` and `/session`: a client asks for an upgrade to HTTP/2 and speaks gRPC from then on, on
/// the first as the caller, on the second as the one that is called.
public final class BuildConnections {
    private static final String EXPOSED = "X-Docker-Expose-Session-";
    private static final String PROTOCOL = "h2c";
    private static final int NAME_CHARS_MAX = 1024;

    private final Supplier<BuildWire> wire;

    /// @param wire asked when the first such connection comes
    public BuildConnections(Supplier<BuildWire> wire) {
        this.wire = wire;
    }

    public void register(Routes routes) {
        routes.add("POST", "/grpc", this::control)
                .add("POST", "/session", this::session)
                .add("POST", "/build/cancel", this::cancel);
    }

    private void control(Call call) throws IOException {
        checkUpgrade(call);
        wire.get().control(upgraded(call));
    }

    private void session(Call call) throws IOException {
        checkUpgrade(call);
        RequestHead head = call.exchange().head();
        Offer offer =
                new Offer(
                        header(head, "Uuid"),
                        header(head, "Name"),
                        header(head, "Sharedkey"),
                        methods(head));
        if (offer.id().isEmpty()) {
            throw SampanException.invalid(
                    "header " + EXPOSED + "Uuid is missing: a session needs an id");
        }
        wire.get().session(upgraded(call), offer);
    }

    private static String header(RequestHead head, String name) {
        String value = head.header(EXPOSED + name).orElse("");
        if (value.length() > NAME_CHARS_MAX) {
            throw SampanException.invalid(
                    "header "
                            + EXPOSED
                            + name
                            + " has more than "
                            + NAME_CHARS_MAX
                            + " characters");
        }
        return value;
    }

    private static List<String> methods(RequestHead head) {
        String name = EXPOSED + "Grpc-Method";
        List<String> methods = new ArrayList<>();
        for (int i = head.find(name, 0); i >= 0; i = head.find(name, i + 1)) {
            methods.add(head.value(i));
        }
        return methods;
    }

    private static void checkUpgrade(Call call) {
        String asked = call.exchange().head().header("Upgrade").orElse("");
        if (!asked.equals(PROTOCOL)) {
            throw SampanException.invalid(
                    asked.isEmpty()
                            ? "no upgrade proto in request"
                            : "protocol " + asked + " not supported");
        }
    }

    private static Transport upgraded(Call call) throws IOException {
        return call.respond(101)
                .header("Connection", "Upgrade")
                .header("Upgrade", PROTOCOL)
                .hijack();
    }

    private void cancel(Call call) throws IOException {
        String id = call.query("id");
        if (id.isEmpty()) {
            throw SampanException.invalid("build ID not provided");
        }
        wire.get().cancel(id);
        call.answer(200);
    }
}
