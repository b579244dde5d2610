package sampan.buildkit.session;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// A content store in a directory of the client's, as `--cache-to type=local` and `--cache-from
/// type=local` name it, or in a layout that is a named context.
public final class ClientContent {
    private static final String READ = "containerd.services.content.v1.Content/Read";
    private static final String WRITE = "containerd.services.content.v1.Content/Write";
    private static final int ACTION_WRITE = 1;
    private static final int ACTION_COMMIT = 2;
    private static final int PIECE_BYTES = 256 << 10;

    private final Session session;
    private final Map<String, List<String>> headers;

    private ClientContent(Session session, Map<String, List<String>> headers) {
        this.session = session;
        this.headers = headers;
    }

    /// @param directory of a cache, as the client named it
    public static ClientContent directory(Session session, String directory) {
        return store(session, "local:" + directory);
    }

    /// @param name that the client gave the store
    public static ClientContent store(Session session, String name) {
        return new ClientContent(session, Map.of("buildkit-attachable-store-id", List.of(name)));
    }

    /// Puts a blob there; one that is there already stays.
    public void write(Descriptor blob, InputStream content) {
        BlockingClientCall<byte[], byte[]> call = session.open(WRITE, headers);
        try {
            byte[] piece = new byte[PIECE_BYTES];
            long offset = 0;
            for (int got = content.read(piece); got > 0; got = content.read(piece)) {
                byte[] bytes = Arrays.copyOf(piece, got);
                exchange(call, request(ACTION_WRITE, blob, offset).bytes(6, bytes));
                offset += got;
            }
            exchange(call, request(ACTION_COMMIT, blob, offset));
            call.halfClose();
        } catch (StatusException e) {
            if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
                throw Session.failed(WRITE, e);
            }
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "reading " + blob.digest() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw cancelled(e);
        } finally {
            call.cancel("done", null);
        }
    }

    private static SampanException cancelled(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
    }

    private static Message request(int action, Descriptor blob, long offset) {
        String digest = blob.digest().toString();
        return new Message()
                .number(1, action)
                .text(2, "sampan-" + digest)
                .number(3, blob.size())
                .text(4, digest)
                .number(5, offset);
    }

    private static void exchange(BlockingClientCall<byte[], byte[]> call, Message request)
            throws InterruptedException, StatusException {
        call.write(request.bytes());
        byte @Nullable [] answer = call.read();
        if (answer == null) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "the client's store closed early");
        }
    }

    /// Reads a blob. The client may lie about all of it: what it sends is checked by who stores it.
    ///
    /// @throws SampanException where not as many bytes come as were promised
    public void read(Digest digest, long size, Consumer<byte[]> to) {
        long got = read(digest, size, size, to);
        if (got != size) {
            throw SampanException.invalid(
                    "the client's cache: "
                            + digest
                            + " has not the "
                            + size
                            + " bytes that were promised");
        }
    }

    /// Reads a blob that is small.
    public byte[] document(Digest digest, int bytesMax) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (read(digest, 0, bytesMax, bytes::writeBytes) > bytesMax) {
            throw SampanException.invalid(
                    "the client's cache: " + digest + " has more than " + bytesMax + " bytes");
        }
        return bytes.toByteArray();
    }

    /// @return bytes that came, which is more than `bytesMax` where it was cut there
    private long read(Digest digest, long size, long bytesMax, Consumer<byte[]> to) {
        BlockingClientCall<byte[], byte[]> call = session.open(READ, headers);
        try {
            call.write(new Message().text(1, digest.toString()).number(3, size).bytes());
            call.halfClose();
            long got = 0;
            for (byte @Nullable [] next = call.read(); next != null; next = call.read()) {
                byte[] bytes = Fields.of(next).bytes(2);
                got += bytes.length;
                if (got > bytesMax) {
                    return got;
                }
                to.accept(bytes);
            }
            return got;
        } catch (StatusException e) {
            throw Session.failed(READ, e);
        } catch (InterruptedException e) {
            throw cancelled(e);
        } finally {
            call.cancel("done", null);
        }
    }
}
