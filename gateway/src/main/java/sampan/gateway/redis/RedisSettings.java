package sampan.gateway.redis;

import java.nio.file.Path;
import java.util.Optional;
import sampan.linux.net.InternetAddress;

/// How a Redis server is spoken to.
///
/// @param user of its access list, none for the default one
/// @param passwordFile read with each connection, so that it may change
/// @param database by number
/// @param prefix of all keys
/// @param timeoutNanos to have a connection, and between a question and its answer
/// @param tls none in the clear
public record RedisSettings(
        InternetAddress address,
        Optional<String> user,
        Optional<Path> passwordFile,
        int database,
        String prefix,
        long timeoutNanos,
        Optional<Tls> tls) {
    /// @param serverName whose certificate is expected
    /// @param authorities PEM file of those whose certificates are good, those of the machine where
    ///   it is not told
    public record Tls(String serverName, Optional<Path> authorities) {}

    /// Its address and database, for people.
    @Override
    public String toString() {
        return address + "/" + database;
    }
}
