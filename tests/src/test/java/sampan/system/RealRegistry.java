package sampan.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// The distribution's registry server on the loopback, with whatever is put there.
///
/// It may want TLS and a user, `ann` with the password `secret`, by htpasswd or by tokens.
final class RealRegistry implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on \\S+:(\\d+)");
    private static final String OCI = "application/vnd.oci.image.";

    private static final String HASH =
            "ann:$2y$05$NC1myNEly8eVf4AjaHvbgONz/Te/SOLT7Pt9QbOynVu3D.KNuKppq";

    private final Path config;
    private final Process process;
    private final Optional<TokenService> tokens;
    private final String host;
    private final HttpClient client = HttpClient.newHttpClient();

    RealRegistry(Path directory) {
        this(directory, Guard.NONE);
    }

    /// What a client must bring.
    enum Guard {
        NONE,
        HTPASSWD,
        TOKEN
    }

    RealRegistry(Path directory, Guard guard) {
        try {
            Files.createDirectories(directory);
            boolean open = guard == Guard.NONE;
            if (!open) {
                makeCertificate(directory);
            }
            tokens =
                    guard == Guard.TOKEN
                            ? Optional.of(new TokenService(directory))
                            : Optional.empty();
            config =
                    Files.writeString(
                            directory.resolve("config.yml"),
                            """
                            version: 0.1
                            log: {accesslog: {disabled: true}}
                            storage: {filesystem: {rootdirectory: %s}}
                            http: {addr: "127.0.0.1:0"%s}
                            %s
                            """
                                    .formatted(
                                            directory.resolve("data"),
                                            open ? "" : tls(directory),
                                            auth(directory, guard)));
            process = serve(config);
            host = (open ? "127.0.0.1:" : "localhost:") + port(process.inputReader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RealRegistry(Path config, String host, long pid) {
        try {
            this.config = config;
            this.host = host;
            tokens = Optional.empty();
            process = serve(config, "nsenter", "-n", "-t", Long.toString(pid));
            port(process.inputReader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Another server of the same images by the same name, in the network of another process. It
    /// cannot ask for tokens: who gives them is not there.
    RealRegistry within(long pid) {
        String port = host.substring(host.indexOf(':'));
        try {
            String there = Files.readString(config).replace("127.0.0.1:0", "127.0.0.1" + port);
            return new RealRegistry(
                    Files.writeString(config.resolveSibling("within.yml"), there), host, pid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process serve(Path config, String... before) throws IOException {
        List<String> words = new ArrayList<>(List.of(before));
        words.addAll(List.of("docker-registry", "serve", config.toString()));
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static void makeCertificate(Path directory) {
        String key = directory.resolve("key.pem").toString();
        String certificate = directory.resolve("cert.pem").toString();
        Command.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=DNS:localhost",
                        "-keyout",
                        key,
                        "-out",
                        certificate)
                .run()
                .expect(0);
    }

    private static String tls(Path directory) {
        return ", tls: {certificate: %s, key: %s}"
                .formatted(directory.resolve("cert.pem"), directory.resolve("key.pem"));
    }

    private String auth(Path directory, Guard guard) throws IOException {
        return switch (guard) {
            case NONE -> "";
            case HTPASSWD ->
                    "auth: {htpasswd: {realm: test, path: %s}}"
                            .formatted(Files.writeString(directory.resolve("users"), HASH + "\n"));
            case TOKEN ->
                    "auth: {token: {realm: \"%s\", service: %s, issuer: %s, rootcertbundle: %s}}"
                            .formatted(
                                    tokens.orElseThrow().realm(),
                                    TokenService.SERVICE,
                                    TokenService.ISSUER,
                                    directory.resolve("cert.pem"));
        };
    }

    /// `HOST:PORT`
    String host() {
        return host;
    }

    /// A docker client's config that knows the user.
    String auths() {
        String both =
                Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));
        return "{\"auths\":{\"" + host + "\":{\"auth\":\"" + both + "\"}}}";
    }

    // The log is read to its end, so that the server never waits for us.
    private static String port(BufferedReader log) throws IOException {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                Thread.ofVirtual().start(() -> log.lines().forEach(rest -> {}));
                return matcher.group(1);
            }
        }
        throw new IOException("docker-registry did not start");
    }

    /// Puts an image of one layer there; returns its reference.
    ///
    /// @param blob as it is sent, in gzip or what claims to be it
    /// @param diffId what the config says
    String image(String name, byte[] blob, String diffId) {
        String layer = blob(name, "layer.v1.tar+gzip", blob);
        String config =
                blob(
                        name,
                        "config.v1+json",
                        Images.config(diffId).getBytes(StandardCharsets.UTF_8));
        String manifest =
                "{\"schemaVersion\":2,\"mediaType\":\"%smanifest.v1+json\",\"config\":%s,\"layers\":[%s]}"
                        .formatted(OCI, config, layer);
        send(
                HttpRequest.newBuilder(
                                URI.create("http://" + host + "/v2/" + name + "/manifests/1"))
                        .header("Content-Type", OCI + "manifest.v1+json")
                        .PUT(BodyPublishers.ofString(manifest)));
        return host + "/" + name + ":1";
    }

    /// The tags of a repository that is there.
    List<String> tags(String name) {
        try {
            URI list = URI.create("http://" + host + "/v2/" + name + "/tags/list");
            HttpResponse<byte[]> answer =
                    client.send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofByteArray());
            return Json.tree(answer.body())
                    .path("tags")
                    .valueStream()
                    .map(JsonNode::asString)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String blob(String name, String type, byte[] content) {
        String digest = "sha256:" + Images.sha256(content);
        HttpResponse<Void> begun =
                send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://"
                                                        + host
                                                        + "/v2/"
                                                        + name
                                                        + "/blobs/uploads/"))
                                .POST(BodyPublishers.noBody()));
        String place = begun.headers().firstValue("Location").orElseThrow();
        send(
                HttpRequest.newBuilder(URI.create(place + "&digest=" + digest))
                        .PUT(BodyPublishers.ofByteArray(content)));
        return "{\"mediaType\":\"%s%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(OCI, type, digest, content.length);
    }

    private HttpResponse<Void> send(HttpRequest.Builder request) {
        try {
            HttpResponse<Void> answer = client.send(request.build(), BodyHandlers.discarding());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(answer.toString());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        tokens.ifPresent(TokenService::close);
        client.close();
        process.destroy();
        process.onExit().join();
    }
}
