package sampan.gateway.traces;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What is traced and where spans go.
///
/// @param accept formats in which a client may name a trace, the first that is there and sound
///   holds
/// @param send formats in which servers are told
/// @param resource attributes of this gateway, `service.name` among them
public record TraceSettings(
        Collector collector,
        List<Accepted> accept,
        Set<Sent> send,
        Sampling sampling,
        Map<String, String> resource) {

    /// What is read.
    public enum Accepted {
        /// `traceparent` and `tracestate`.
        W3C,
        /// `b3`, or `X-B3-*`.
        B3
    }

    /// What is written.
    public enum Sent {
        W3C,
        /// One field, `b3`.
        B3,
        /// `X-B3-*`.
        B3_MULTI
    }

    /// Where spans go.
    ///
    /// @param headers what it is told beside, a token for instance
    /// @param authorities whose certificates are good, those of the machine where none are named
    /// @param queueMax spans that wait; more are dropped and counted
    /// @param compress by gzip
    public record Collector(
            URI uri,
            Map<String, String> headers,
            Optional<Path> authorities,
            int queueMax,
            boolean compress) {}

    /// Which requests are recorded.
    ///
    /// @param followsParent whether who names a trace decides for it
    /// @param ratio of the others, from 0 to 1
    /// @param routes ratios of routes by name
    public record Sampling(boolean followsParent, double ratio, Map<String, Double> routes) {}
}
