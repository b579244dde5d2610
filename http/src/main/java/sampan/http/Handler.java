package sampan.http;

import java.io.IOException;

/// Answers requests. Called on the connection's own virtual thread, for many connections at once.
@FunctionalInterface
public interface Handler {
    /// Answers one request. What it leaves unanswered is answered with 500; an exception after the
    /// response has begun cuts the connection, so that the client cannot take the part for the
    /// whole.
    void handle(Exchange exchange) throws IOException, InterruptedException;

    /// Whether a client may speak HTTP/2 from its first byte on; the connection then comes as one
    /// exchange, to be taken over.
    default boolean takesHttp2() {
        return false;
    }
}
