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
        try (Reading reading = new Reading(digest, 0, size)) {
            long got = 0;
            for (byte[] bytes = reading.next(); bytes.length > 0; bytes = reading.next()) {
                got += bytes.length;
                if (got > bytesMax) {
                    return got;
                }
                to.accept(bytes);
            }
            return got;
        }
    }

    /// A blob from this byte on, as the client sends it; the caller closes it.
    public InputStream open(Digest digest, long offset) {
        return new Reading(digest, offset, 0);
    }

    /// A blob while it comes.
    private final class Reading extends InputStream {
        private final BlockingClientCall<byte[], byte[]> call;
        private byte[] piece = {};
        private int at;

        /// @param size 0 for all that is there
        Reading(Digest digest, long offset, long size) {
            this.call = session.open(READ, headers);
            try {
                call.write(
                        new Message()
                                .text(1, digest.toString())
                                .number(2, offset)
                                .number(3, size)
                                .bytes());
                call.halfClose();
            } catch (StatusException e) {
                close();
                throw Session.failed(READ, e);
            } catch (InterruptedException e) {
                close();
                throw cancelled(e);
            }
        }

        /// What comes next; empty at the end.
        byte[] next() {
            try {
                byte @Nullable [] answer = call.read();
                while (answer != null) {
                    byte[] bytes = Fields.of(answer).bytes(2);
                    if (bytes.length > 0) {
                        return bytes;
                    }
                    answer = call.read();
                }
                return new byte[0];
            } catch (StatusException e) {
                throw Session.failed(READ, e);
            } catch (InterruptedException e) {
                throw cancelled(e);
            }
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == piece.length) {
                piece = next();
                at = 0;
            }
            if (piece.length == 0) {
                return -1;
            }
            int got = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, target, offset, got);
            at += got;
            return got;
        }

        @Override
        public void close() {
            call.cancel("done", null);
        }
    }
}
