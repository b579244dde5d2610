package sampan.gateway.proxy;

import java.util.Optional;

/// The bounds of the request path, each with a default that is safe in front of the internet.
///
/// @param headBytesMax of a request's head
/// @param headNanos from the first byte of a head to its last
/// @param idleNanos how long a client's connection may wait for its next request
/// @param stallNanos how long a client may keep from sending, or taking, what is awaited
/// @param bytesPerSecondMin what a client must send or take on average while it is awaited
/// @param tunnelIdleNanos how long an upgraded connection may be still
/// @param connectionsMax of clients, per loop
/// @param idleUpstreamsMax connections kept for the next request, per loop and target
/// @param upstreamIdleNanos how long they are kept
/// @param bufferBytesMax what waits for slow sockets and unfinished heads, per loop
/// @param forwarded what servers are told of the client
/// @param via the name in Via, none where it is left out
public record ProxyLimits(
        int headBytesMax,
        long headNanos,
        long idleNanos,
        long stallNanos,
        int bytesPerSecondMin,
        long tunnelIdleNanos,
        int connectionsMax,
        int idleUpstreamsMax,
        long upstreamIdleNanos,
        long bufferBytesMax,
        Forwarded forwarded,
        Optional<String> via) {
    /// Most that [#headBytesMax] may be.
    public static final int HEAD_BYTES_LIMIT = 32 << 10;

    /// What becomes of X-Forwarded-* and Forwarded.
    public enum Forwarded {
        /// What the client says of itself is dropped, what we know is told.
        REPLACE,
        /// For a trusted proxy in front: what it says is kept, what we know is added.
        APPEND,
        /// Passed on as it came.
        OFF
    }

    private static final long SECOND = 1_000_000_000L;

    public static ProxyLimits defaults() {
        return new ProxyLimits(
                16 << 10,
                10 * SECOND,
                60 * SECOND,
                30 * SECOND,
                128,
                3600 * SECOND,
                20_000,
                256,
                30 * SECOND,
                256L << 20,
                Forwarded.REPLACE,
                Optional.empty());
    }
}
