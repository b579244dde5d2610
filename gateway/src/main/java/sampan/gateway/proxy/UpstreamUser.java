package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.traces.Trace;

/// Whom an [UpstreamConnection] carries bytes for, one at a time.
interface UpstreamUser {
    /// The connection stands.
    void connected();

    void responseReadable();

    /// All that waited has been sent.
    void upstreamDrained();

    /// The connection is dead.
    void upstreamBroken();

    /// Its deadline has passed.
    void upstreamExpired();

    /// In whose name the server is spoken to, null where nobody's.
    @Nullable ClientConnection client();

    /// Where what is carried belongs to a trace, null where it makes no span.
    default @Nullable Trace trace() {
        return null;
    }
}
