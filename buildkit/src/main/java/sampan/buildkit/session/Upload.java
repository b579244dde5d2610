package sampan.buildkit.session;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.buildkit.wire.Fields;

/// A stream that the client uploads, such as an archive from its standard input.
public final class Upload extends InputStream {
    private static final String METHOD = "moby.upload.v1.Upload/Pull";

    private final BlockingClientCall<byte[], byte[]> call;
    private byte[] piece = {};
    private int at;
    private boolean ended;

    /// @param path by which the client knows it
    public Upload(Session session, String path) {
        this.call =
                session.open(
                        METHOD,
                        Map.of("urlpath", List.of(path), "urlhost", List.of("buildkit-session")));
    }

    private boolean fill() throws IOException {
        try {
            while (at == piece.length && !ended) {
                byte @Nullable [] next = call.read();
                ended = next == null;
                piece = next == null ? new byte[0] : Fields.of(next).bytes(1);
                at = 0;
            }
            return !ended;
        } catch (StatusException e) {
            throw new IOException(Session.failed(METHOD, e).getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the build was cancelled", e);
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public void close() {
        call.cancel("done", null);
    }
}
