package sampan.engine.registry.http;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.ReadableByteChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.UploadSource;
import sampan.engine.registry.http.Calling.Sending;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// One blob on its way to a registry: whole in one PUT; in chunks where that is too much for it, or
/// from where a broken connection left it.
final class Uploading {
    /// Of a chunk, where the registry wants no larger ones.
    private static final long CHUNK_BYTES = 16L << 20;

    private static final long CHUNK_BYTES_MAX = 1L << 30;

    private final Door door;
    private final RegistryLimits limits;
    private final Descriptor blob;
    private final UploadSource source;
    private final LongConsumer progress;
    private long chunk;
    private long taken;

    Uploading(
            Door door,
            RegistryLimits limits,
            Descriptor blob,
            UploadSource source,
            LongConsumer progress) {
        this.door = door;
        this.limits = limits;
        this.blob = blob;
        this.source = source;
        this.progress = progress;
    }

    void run() throws IOException, InterruptedException {
        URI location = begin();
        int idle = 0;
        long pauseMillis = limits.pause().toMillis();
        while (true) {
            long before = taken;
            try {
                if (chunk == 0) {
                    put(location);
                } else {
                    location = patches(location);
                    taken = blob.size();
                    putEmpty(location);
                }
                return;
            } catch (RegistryException e) {
                if (e.status() == 413 && chunk == 0) {
                    location = begin();
                    chunk = CHUNK_BYTES;
                    continue;
                }
                if (!e.passing()) {
                    throw e;
                }
                idle = patience(idle, before, e);
            } catch (IOException e) {
                idle = patience(idle, before, e);
            }
            Thread.sleep(pauseMillis);
            pauseMillis *= 2;
            location = resume(location);
        }
    }

    private <E extends Exception> int patience(int idle, long before, E e) throws E {
        int next = taken > before ? 0 : idle + 1;
        if (next >= limits.attemptsMax()) {
            throw e;
        }
        return next;
    }

    private URI begin() throws IOException {
        taken = 0;
        Calling post = Calling.of("POST", door.in("blobs/uploads/"));
        Answer response = accepted(door, post);
        response.headers()
                .firstValue("OCI-Chunk-Min-Length")
                .ifPresent(text -> chunk = Math.max(chunk, minimum(text)));
        response.body().close();
        return door.location(post.uri(), response);
    }

    private static Answer accepted(Door door, Calling call) throws IOException {
        Answer response = door.send(call);
        if (response.statusCode() != 202) {
            throw door.refusal(response);
        }
        return response;
    }

    /// Sends a blob while it is being made.
    ///
    /// @param digest asked once the content is at its end
    static void stream(Door door, ReadableByteChannel content, Supplier<Digest> digest)
            throws IOException {
        Calling post = Calling.of("POST", door.in("blobs/uploads/"));
        URI first = next(door, post, accepted(door, post));
        Calling patch =
                new Calling("PATCH", first, Map.of(), Optional.of(new Sending.Stream(content)));
        URI last = next(door, patch, accepted(door, patch));
        Answer response = door.send(Calling.of("PUT", closing(last, digest.get())));
        if (response.statusCode() != 201 && response.statusCode() != 204) {
            throw door.refusal(response);
        }
        response.body().close();
    }

    private static URI next(Door door, Calling call, Answer response) {
        response.body().close();
        return door.location(call.uri(), response);
    }

    // It matters only once chunks are sent.
    private long minimum(String text) {
        try {
            long wanted = Long.parseLong(text.strip());
            return chunk == 0 ? 0 : Math.clamp(wanted, CHUNK_BYTES, CHUNK_BYTES_MAX);
        } catch (NumberFormatException e) {
            return chunk;
        }
    }

    private void put(URI location) throws IOException {
        long from = taken;
        Sending part = new Sending.Part(source, from, blob.size() - from, count -> moved(count));
        send(new Calling("PUT", closing(location), Map.of(), Optional.of(part)));
    }

    private void putEmpty(URI location) throws IOException {
        send(Calling.of("PUT", closing(location)));
    }

    private void send(Calling put) throws IOException {
        Answer response = door.send(put);
        if (response.statusCode() != 201 && response.statusCode() != 204) {
            throw door.refusal(response);
        }
        response.body().close();
        progress.accept(blob.size());
    }

    private void moved(long count) {
        taken += count;
        progress.accept(taken);
    }

    private URI closing(URI location) {
        return closing(location, blob.digest());
    }

    private static URI closing(URI location, Digest digest) {
        String text = location.toString();
        String sign = location.getRawQuery() == null ? "?" : "&";
        return URI.create(text + sign + "digest=" + digest);
    }

    private URI patches(URI first) throws IOException {
        URI location = first;
        while (taken < blob.size()) {
            long from = taken;
            long length = Math.min(chunk, blob.size() - from);
            Map<String, String> headers = new HashMap<>();
            headers.put("Content-Range", from + "-" + (from + length - 1));
            Calling patch =
                    new Calling(
                            "PATCH",
                            location,
                            headers,
                            Optional.of(
                                    new Sending.Part(source, from, length, count -> moved(count))));
            Answer response = door.send(patch);
            if (response.statusCode() != 202) {
                taken = from;
                throw door.refusal(response);
            }
            response.body().close();
            taken = from + length;
            location = door.location(patch.uri(), response);
        }
        return location;
    }

    /// Asks how much arrived, and goes on in chunks; from the start where nobody knows.
    private URI resume(URI location) throws IOException {
        Calling ask = Calling.get(location);
        Answer response = door.send(ask);
        response.body().close();
        String range = response.headers().firstValue("Range").orElse("");
        if (response.statusCode() != 204 || !range.matches("(?:bytes=)?0-\\d{1,15}")) {
            return begin();
        }
        long last = Long.parseLong(range.substring(range.indexOf('-') + 1));
        if (last >= blob.size()) {
            throw SampanException.invalid(
                    "registry "
                            + door.endpoint().host()
                            + " says it has more of "
                            + blob.digest()
                            + " than there is");
        }
        // `0-0` is said of an empty upload, too: one byte is sent again then.
        taken = last == 0 ? 0 : last + 1;
        chunk = Math.max(chunk, CHUNK_BYTES);
        boolean moved = response.headers().firstValue("Location").isPresent();
        return moved ? door.location(location, response) : location;
    }
}
