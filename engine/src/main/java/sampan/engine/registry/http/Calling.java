package sampan.engine.registry.http;

import java.net.URI;
import java.nio.channels.ReadableByteChannel;
import java.util.Map;
import java.util.Optional;
import sampan.engine.registry.UploadSource;

/// A request before it is sent.
///
/// @param headers without authorization
/// @param body what is sent along
record Calling(String method, URI uri, Map<String, String> headers, Optional<Sending> body) {
    static Calling get(URI uri) {
        return new Calling("GET", uri, Map.of(), Optional.empty());
    }

    static Calling of(String method, URI uri) {
        return new Calling(method, uri, Map.of(), Optional.empty());
    }

    Calling accepting(String types) {
        return new Calling(method, uri, Map.of("Accept", types), body);
    }

    Calling to(URI other) {
        return new Calling(method, other, headers, body);
    }

    boolean reads() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /// What a request carries.
    sealed interface Sending {
        /// @param type its media type
        record Document(String type, byte[] content) implements Sending {}

        /// A part of a blob.
        record Part(UploadSource source, long offset, long length, Sent sent) implements Sending {}

        /// A blob whose length nobody knows yet; it can be sent once only.
        record Stream(ReadableByteChannel content) implements Sending {}
    }

    /// Told how many bytes of a part were taken by the client.
    interface Sent {
        void bytes(long count);
    }
}
