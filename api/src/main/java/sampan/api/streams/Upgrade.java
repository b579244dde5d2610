package sampan.api.streams;

import java.io.IOException;
import java.io.OutputStream;
import sampan.api.call.Call;
import sampan.http.RawStream;
import sampan.http.Response;

/// Takes a call's connection out of HTTP.
public final class Upgrade {
    public static final String RAW = "application/vnd.docker.raw-stream";
    public static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";

    private static final long BODY_BYTES_MAX = 1 << 20;

    private Upgrade() {}

    /// The media type of a stream for this client.
    public static String type(Call call, boolean multiplexed) {
        return multiplexed && call.version().atLeast(42) ? MULTIPLEXED : RAW;
    }

    /// A body that the request declares is skipped: some clients send their options in one, and its
    /// bytes are not meant for the process. Then 101 for a client that asked for an upgrade, 200
    /// without framing for one that just expects the connection to change.
    public static RawStream hijack(Call call, boolean multiplexed) throws IOException {
        var _ =
                call.exchange()
                        .body()
                        .limit(BODY_BYTES_MAX)
                        .transferTo(OutputStream.nullOutputStream());
        boolean asked = call.exchange().head().find("Upgrade", 0) >= 0;
        if (!asked) {
            return call.respond(200).header("Content-Type", RAW).hijack();
        }
        Response response = call.respond(101).header("Content-Type", type(call, multiplexed));
        return response.header("Connection", "Upgrade").header("Upgrade", "tcp").hijack();
    }
}
