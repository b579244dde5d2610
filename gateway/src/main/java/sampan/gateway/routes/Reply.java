package sampan.gateway.routes;

import java.nio.charset.StandardCharsets;

/// What a filter has the client told.
///
/// @param type of the text
/// @param fields more lines of the head, each with its CR LF; whoever makes them has checked them
public record Reply(int status, String type, byte[] text, byte[] fields) {
    /// Plain text.
    public static Reply of(int status, String text, String fields) {
        return new Reply(
                status,
                "text/plain; charset=utf-8",
                (text + "\n").getBytes(StandardCharsets.UTF_8),
                fields.getBytes(StandardCharsets.ISO_8859_1));
    }
}
