package sampan.http;

import java.io.IOException;

/// A peer that breaks the rules or a limit. The connection cannot be used any more: it is answered
/// with the status, where nothing was answered yet, and closed.
public final class ProtocolException extends IOException {
    private final int status;

    /// @param status the response status that tells the client, 400 to 599
    public ProtocolException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }

    static ProtocolException malformed(String message) {
        return new ProtocolException(400, message);
    }
}
