package sampan.api.builds;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import sampan.api.builds.BuildWire.Asked;
import sampan.api.builds.BuildWire.Output;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.call.Problem;
import sampan.api.wire.Doc;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// `/build?version=2`: clients up to 20.10 have BuildKit's session, but ask for the build by the
/// classic endpoint. Progress goes out as BuildKit's messages in lines of JSON.
public final class SessionBuilds {
    private static final String JSON = "application/json";
    private static final String SESSION_CONTEXT = "client-session";
    private static final String HOST = "host";

    private final Supplier<BuildWire> wire;

    /// @param wire asked when the first such build comes
    public SessionBuilds(Supplier<BuildWire> wire) {
        this.wire = wire;
    }

    /// Answers the call.
    public void build(Call call) throws IOException {
        Asked asked = asked(call);
        LateBody body = new LateBody(call, JSON);
        BuildWire to = wire.get();
        call.exchange().onClientGone(() -> to.cancel(asked.id()));
        try {
            boolean quiet = call.flag("q");
            Map<String, String> response =
                    to.build(
                            asked,
                            status -> {
                                if (!quiet) {
                                    line(body, "moby.buildkit.trace", status);
                                }
                            });
            String image = response.getOrDefault("containerimage.config.digest", "");
            if (quiet) {
                body.write(Call.line(Doc.of().put("stream", image + "\n")));
            } else if (!image.isEmpty()) {
                line(body, "moby.image.id", Doc.of().put("ID", image));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("the build was cancelled");
        } catch (SampanException e) {
            if (!body.begun()) {
                throw e;
            }
            body.write(
                    Call.line(
                            Doc.of()
                                    .put("errorDetail", Doc.of().put("message", e.getMessage()))
                                    .put("error", e.getMessage())));
        }
        body.close();
    }

    private static void line(LateBody body, String id, byte[] message) throws IOException {
        line(body, id, Base64.getEncoder().encodeToString(message));
    }

    private static void line(LateBody body, String id, Object aux) throws IOException {
        body.write(Call.line(Doc.of().put("id", id).put("aux", aux)));
        body.flush();
    }

    private static Asked asked(Call call) {
        String remote = call.query("remote");
        if (remote.isEmpty()) {
            throw Problem.unsupported(
                    "building with BuildKit from an archive is not supported for this client: give"
                            + " a directory, or set DOCKER_BUILDKIT=0");
        }
        String id = call.query("buildid");
        return new Asked(
                id.isEmpty() ? UUID.randomUUID().toString() : id,
                call.query("session"),
                attributes(call),
                outputs(call),
                List.of(strings(call.query("cachefrom"))),
                call.query("networkmode").equals(HOST) ? Set.of("network.host") : Set.of());
    }

    private static Map<String, String> attributes(Call call) {
        Map<String, String> found = new LinkedHashMap<>();
        put(found, "filename", call.query("dockerfile"));
        if (!call.query("remote").equals(SESSION_CONTEXT)) {
            found.put("context", call.query("remote"));
        }
        put(found, "target", call.query("target"));
        put(found, "platform", call.query("platform"));
        put(found, "cgroup-parent", call.query("cgroupparent"));
        put(found, "add-hosts", hosts(call));
        String network = call.query("networkmode");
        if (network.equals(HOST) || network.equals("none")) {
            found.put("force-network-mode", network);
        } else if (!network.isEmpty() && !network.equals("default")) {
            throw SampanException.invalid(
                    "network mode \"" + network + "\" not supported by buildkit");
        }
        if (call.flag("nocache")) {
            found.put("no-cache", "");
        }
        found.put("image-resolve-mode", call.flag("pull") ? "pull" : "local");
        map(call.query("buildargs"))
                .forEach((name, value) -> put(found, "build-arg:" + name, value));
        map(call.query("labels"))
                .forEach((name, value) -> found.put("label:" + name, value == null ? "" : value));
        return found;
    }

    private static void put(Map<String, String> into, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            into.put(name, value);
        }
    }

    // NAME:ADDRESS becomes NAME=ADDRESS.
    private static String hosts(Call call) {
        List<String> hosts = new ArrayList<>();
        for (String words : call.all("extrahosts")) {
            for (String host : words.split(",", -1)) {
                if (!host.isBlank()) {
                    hosts.add(host.replaceFirst(":", "="));
                }
            }
        }
        return String.join(",", hosts);
    }

    /// A JSON object of strings.
    private static final class Strings extends LinkedHashMap<String, @Nullable String> {
        private static final long serialVersionUID = 1;
    }

    private static Map<String, @Nullable String> map(String json) {
        return json.isEmpty() || json.equals("null")
                ? new Strings()
                : Json.read(json.getBytes(StandardCharsets.UTF_8), Strings.class);
    }

    private static String[] strings(String json) {
        return json.isEmpty() || json.equals("null")
                ? new String[0]
                : Json.read(json.getBytes(StandardCharsets.UTF_8), String[].class);
    }

    /// As the client words an output.
    private record Wanted(
            @com.fasterxml.jackson.annotation.JsonProperty("Type") @Nullable String type,
            @com.fasterxml.jackson.annotation.JsonProperty("Attrs") @Nullable Strings attributes) {}

    private static List<Output> outputs(Call call) {
        String json = call.query("outputs");
        List<Output> outputs = new ArrayList<>();
        if (!json.isEmpty() && !json.equals("null")) {
            for (Wanted wanted : Json.read(json.getBytes(StandardCharsets.UTF_8), Wanted[].class)) {
                Map<String, String> attributes = new LinkedHashMap<>();
                if (wanted.attributes() != null) {
                    wanted.attributes().forEach((n, v) -> put(attributes, n, v));
                }
                outputs.add(new Output(wanted.type() == null ? "" : wanted.type(), attributes));
            }
        }
        if (outputs.isEmpty()) {
            List<String> tags = call.all("t").stream().filter(t -> !t.isEmpty()).toList();
            outputs.add(
                    new Output(
                            "moby",
                            tags.isEmpty() ? Map.of() : Map.of("name", String.join(",", tags))));
        }
        return outputs;
    }
}
