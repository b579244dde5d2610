package sampan.engine.images.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import sampan.engine.content.Ingest;
import sampan.engine.registry.BlobBody;
import sampan.engine.registry.ContentSource;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Descriptor;

/// Fetches one blob, from where an earlier try ended, and goes on by range where the connection
/// breaks. It gives up after so many tries in a row that brought nothing.
final class BlobFetch {
    private static final int COPY_BYTES = 128 << 10;

    private final ContentSource source;
    private final RegistryLimits limits;
    private final Descriptor blob;
    private final LongConsumer progress;

    BlobFetch(ContentSource source, RegistryLimits limits, Descriptor blob, LongConsumer progress) {
        this.source = source;
        this.limits = limits;
        this.blob = blob;
        this.progress = progress;
    }

    /// Writes the rest of the blob.
    ///
    /// @param check fails where more bytes are of no use
    void into(Ingest ingest, Runnable check) throws IOException {
        int idle = 0;
        long pauseMillis = limits.pause().toMillis();
        while (ingest.size() < blob.size()) {
            long before = ingest.size();
            try {
                copy(ingest, check);
                if (ingest.size() < blob.size()) {
                    throw new IOException("the registry ended the blob too early");
                }
                return;
            } catch (RegistryException e) {
                if (!e.passing() || ++idle >= limits.attemptsMax()) {
                    throw e;
                }
            } catch (IOException e) {
                idle = ingest.size() > before ? 1 : idle + 1;
                if (idle >= limits.attemptsMax() || Thread.currentThread().isInterrupted()) {
                    throw new SampanException(
                            ErrorCode.UNAVAILABLE,
                            "blob "
                                    + blob.digest().brief()
                                    + " stays at "
                                    + ingest.size()
                                    + " of "
                                    + blob.size()
                                    + " bytes: "
                                    + e.getMessage(),
                            e);
                }
            }
            pauseMillis = idle <= 1 ? limits.pause().toMillis() : pauseMillis * 2;
            sleep(pauseMillis);
        }
    }

    private static void sleep(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while fetching", e);
        }
    }

    private void copy(Ingest ingest, Runnable check) throws IOException {
        try (BlobBody body = source.blob(blob, ingest.size())) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
            // A registry that knows no ranges gives what we have once more.
            long at = body.offset();
            if (at > ingest.size()) {
                throw new IOException("the registry gave another range than was asked for");
            }
            while (body.read(buffer) >= 0) {
                long skip = Math.min(Math.max(0, ingest.size() - at), buffer.position());
                at += buffer.position();
                buffer.flip().position((int) skip);
                refuseMore(ingest.size() + buffer.remaining());
                ingest.write(buffer);
                buffer.clear();
                progress.accept(ingest.size());
                check.run();
            }
        }
    }

    private void refuseMore(long bytes) {
        if (bytes > blob.size()) {
            throw SampanException.invalid(
                    "blob "
                            + blob.digest()
                            + " is longer than the "
                            + blob.size()
                            + " bytes that its manifest says");
        }
    }
}
