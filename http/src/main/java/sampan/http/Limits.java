package sampan.http;

import java.time.Duration;

/// What a listener grants to its clients.
///
/// @param headBytes longest request head, and longest trailer section
/// @param headFields most header fields in one head
/// @param bodyBytes longest request body, unless a handler sets its own with [RequestBody#limit]
/// @param connections most connections at once; further ones are answered 503 and closed
/// @param idle how long a connection may wait between requests
/// @param headTime how long a head may take from its first byte to its last
/// @param bodyStall how long a body may give no byte while somebody waits for it
/// @param drainBytes how much of a body that nobody read is skipped to keep the connection
/// @param linger how long a connection that was refused or ended is read on, so that the client
///   sees the answer instead of a reset
public record Limits(
        int headBytes,
        int headFields,
        long bodyBytes,
        int connections,
        Duration idle,
        Duration headTime,
        Duration bodyStall,
        long drainBytes,
        Duration linger) {

    /// For a local control socket: long waits, bodies of any length.
    public static Limits local() {
        return new Limits(
                64 << 10,
                256,
                Long.MAX_VALUE,
                4096,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                256 << 10,
                Duration.ofSeconds(2));
    }

    Duration shortest() {
        Duration shortest = idle;
        for (Duration other : new Duration[] {headTime, bodyStall, linger}) {
            if (other.compareTo(shortest) < 0) {
                shortest = other;
            }
        }
        return shortest;
    }
}
