package sampan.engine.images.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.testing.Archive;
import sampan.engine.testing.FakeServer;
import sampan.engine.testing.FakeServer.Reply;
import sampan.engine.testing.FakeServer.Request;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// A registry with one image of one layer, honest but for what a test answers in its place.
final class FakeRegistry {
    static final RegistryLimits LIMITS =
            new RegistryLimits(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    2,
                    Duration.ofMillis(5));

    /// For those who do not answer.
    static final RegistryLimits HASTY =
            new RegistryLimits(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    2,
                    Duration.ofMillis(5));

    static final byte[] PLAIN = new Archive().file("a", "x".repeat(100_000)).bytes();
    static final byte[] LAYER = PLAIN;
    static final byte[] CONFIG = Archive.config(List.of(PLAIN));
    static final byte[] MANIFEST = manifest(LAYER.length, Digest.of(LAYER));

    private FakeRegistry() {}

    static byte[] manifest(long size, Digest layer) {
        return Json.write(
                Manifest.of(
                        Descriptor.of(MediaType.OCI_CONFIG, Digest.of(CONFIG), CONFIG.length),
                        List.of(Descriptor.of(MediaType.OCI_LAYER, layer, size))));
    }

    static FakeServer server(FakeServer.Handler handler) {
        return server("127.0.0.1", handler);
    }

    /// Honest but for what the handler answers first.
    static FakeServer server(String address, FakeServer.Handler handler) {
        return new FakeServer(
                address,
                (request, reply) -> {
                    Once once = new Once(reply);
                    handler.answer(request, once.reply());
                    if (!once.answered()) {
                        honest(request, reply);
                    }
                });
    }

    /// Notices whether a handler said anything.
    private static final class Once {
        private final Reply reply;
        private boolean said;

        Once(Reply to) {
            reply =
                    new Reply(
                            new java.io.FilterOutputStream(to.out()) {
                                @Override
                                public void write(int value) throws IOException {
                                    said = true;
                                    out.write(value);
                                }

                                @Override
                                public void write(byte[] all, int from, int length)
                                        throws IOException {
                                    said = true;
                                    out.write(all, from, length);
                                }
                            });
        }

        Reply reply() {
            return reply;
        }

        boolean answered() {
            return said;
        }
    }

    private static void honest(Request request, Reply reply) throws IOException {
        String path = request.path();
        if (path.equals("/v2/")) {
            reply.whole(200, new byte[0]);
        } else if (path.contains("/manifests/")) {
            byte[] body = request.method().equals("HEAD") ? new byte[0] : MANIFEST;
            reply.whole(200, body, "Content-Type: " + MediaType.OCI_MANIFEST);
        } else if (path.endsWith(Digest.of(CONFIG).toString())) {
            reply.whole(200, CONFIG);
        } else if (path.endsWith(Digest.of(LAYER).toString())) {
            reply.whole(200, LAYER);
        } else {
            reply.whole(404, new byte[0]);
        }
    }
}
