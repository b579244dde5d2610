package sampan.engine.images.transfer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import sampan.engine.content.Ingest;
import sampan.engine.images.ImageRecord;
import sampan.engine.images.transfer.Stored.Unpacked;
import sampan.engine.leases.Lease;
import sampan.engine.snapshots.Layer;
import sampan.engine.snapshots.Unpacking;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;
import sampan.oci.tar.Compression;
import sampan.oci.tar.DigestingChannel;
import sampan.oci.tar.TarReader;

/// One image, or several of one archive, on the way in. Used by one thread, which may block, or by
/// one per blob where these are fetched; layers are unpacked by up to [#UNPACKERS] others. Closing
/// it drops what did not become an image.
public final class Transfer implements AutoCloseable {
    /// Layers that one transfer unpacks at the same time.
    public static final int UNPACKERS = 2;

    private static final int HEAD_BYTES = 512;
    private static final int COPY_BYTES = 256 << 10;

    private final Stores stores;
    private final Lease lease;
    private final ExecutorService unpackers =
            Executors.newFixedThreadPool(
                    UNPACKERS, Thread.ofPlatform().daemon().name("unpacker-", 0).factory());
    private final Queue<Unpacking> begun = new ConcurrentLinkedQueue<>();

    public Transfer(Stores stores) {
        this.stores = stores;
        this.lease = stores.leases().open();
    }

    /// What gives a blob's bytes to an ingest.
    interface Source {
        /// @param check asked now and then: fails where more bytes are of no use
        void copyTo(Ingest ingest, Runnable check) throws IOException;
    }

    /// Stores a small blob of our own making.
    Stored store(byte[] content) {
        Digest digest = Digest.of(content);
        lease.hold(digest);
        if (!stores.content().has(digest)) {
            stores.content().put(content);
        }
        return new Stored(digest, content.length, Compression.NONE, Optional.empty());
    }

    /// Stores a blob; its first bytes tell whether it is unpacked meanwhile.
    ///
    /// @param head at least [#HEAD_BYTES] of its bytes, or all
    Stored store(byte[] head, Source rest) throws IOException {
        Compression compression = Compression.detect(head);
        boolean layer = compression != Compression.NONE || TarReader.startsArchive(head);
        try (Ingest ingest = stores.content().ingest()) {
            ingest.write(ByteBuffer.wrap(head));
            Optional<Future<Unpacked>> unpacked =
                    layer ? Optional.of(unpackLater(ingest.follow())) : Optional.empty();
            rest.copyTo(ingest, () -> {});
            Digest digest = ingest.finish();
            lease.hold(digest);
            ingest.keep(digest);
            return new Stored(digest, ingest.size(), compression, unpacked);
        }
    }

    /// Stores what the channel gives until its end.
    Stored store(ReadableByteChannel source) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
        while (head.hasRemaining() && source.read(head) >= 0) {
            // a source may give a byte at a time
        }
        byte[] first = new byte[head.flip().remaining()];
        head.get(first);
        return store(first, (ingest, check) -> copy(source, ingest));
    }

    /// Brings in a blob that is promised, on top of what an earlier try brought of it; a layer is
    /// unpacked meanwhile.
    ///
    /// @param watched told how far the unpacking has read; absent for a blob that is no layer
    /// @throws SampanException INVALID where it is something else than was promised
    Stored receive(Descriptor blob, Optional<LongConsumer> watched, Source source)
            throws IOException {
        try (Ingest ingest = stores.content().resume(blob.digest(), blob.size())) {
            Optional<Future<Unpacked>> unpacked =
                    watched.map(told -> unpackLater(new WatchedChannel(ingest.follow(), told)));
            source.copyTo(ingest, () -> unpacked.ifPresent(work -> checkUnpacking(work, blob)));
            ingest.commit(blob.digest());
            return new Stored(blob.digest(), blob.size(), Compression.NONE, unpacked);
        }
    }

    // A layer that cannot be unpacked need not be fetched to its end.
    private static void checkUnpacking(Future<Unpacked> work, Descriptor blob) {
        if (work.state() == Future.State.FAILED) {
            await(work, blob.digest());
        }
    }

    /// Unpacks a layer whose blob is here.
    Stored unpackHere(Stored blob, LongConsumer watched) {
        ReadableByteChannel content =
                new WatchedChannel(stores.content().open(blob.digest()), watched);
        return new Stored(
                blob.digest(), blob.size(), blob.compression(), Optional.of(unpackLater(content)));
    }

    /// Makes a layer of a blob whose unpacking was begun; waits for it.
    Layer commit(Stored blob, Digest diffId) {
        return commitLayer(blob, blob.unpacked(), diffId);
    }

    /// Keeps content for as long as this lasts.
    void hold(Digest digest) {
        lease.hold(digest);
    }

    /// Keeps what an image refers to, for as long as this lasts.
    void hold(ImageRecord image) {
        lease.hold(image.id());
        lease.hold(image.manifest());
        image.layerBlobs().forEach(lease::hold);
        image.diffIds().forEach(lease::hold);
    }

    /// Stores a layer that we write ourselves, unpacking it meanwhile.
    Stored storeLayer(NewImage.LayerSource source) throws IOException {
        try (Ingest ingest = stores.content().ingestLayer()) {
            Future<Unpacked> unpacked = unpackLater(ingest.follow());
            source.writeTo(new BufferedOutputStream(Channels.newOutputStream(ingest), COPY_BYTES));
            Digest digest = ingest.finish();
            lease.hold(digest);
            ingest.keep(digest);
            return new Stored(digest, ingest.size(), Compression.NONE, Optional.of(unpacked));
        }
    }

    static void copy(ReadableByteChannel source, Ingest ingest) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
        while (source.read(buffer) >= 0) {
            ingest.write(buffer.flip());
            buffer.clear();
        }
    }

    /// The blob, where the store has it already: nothing of it needs to be read then.
    Optional<Stored> have(Digest digest) {
        lease.hold(digest);
        var size = stores.content().size(digest);
        if (size.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Stored(digest, size.getAsLong(), compressionOf(digest), Optional.empty()));
    }

    private Compression compressionOf(Digest digest) {
        try (var blob = stores.content().open(digest)) {
            ByteBuffer head = ByteBuffer.allocate(Compression.MAGIC_BYTES);
            blob.read(head);
            byte[] magic = new byte[head.flip().remaining()];
            head.get(magic);
            return Compression.detect(magic);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Future<Unpacked> unpackLater(ReadableByteChannel blob) {
        return unpackers.submit(() -> unpack(blob));
    }

    private Unpacked unpack(ReadableByteChannel blob) throws IOException {
        try (ReadableByteChannel source = blob;
                ReadableByteChannel plain = Compression.open(source)) {
            Unpacking layer = stores.snapshots().unpack();
            begun.add(layer);
            if (Compression.isDecoded(plain)) {
                DigestingChannel summed = new DigestingChannel(plain);
                layer.apply(summed);
                return new Unpacked(Optional.of(summed.digest()), layer);
            }
            layer.apply(plain);
            return new Unpacked(Optional.empty(), layer);
        }
    }

    /// What a blob that is being unpacked is as a plain tar; waits for the unpacking where that
    /// alone tells.
    Digest diffId(Stored blob) {
        return blob.unpacked()
                .flatMap(work -> await(work, blob.digest()).diffId())
                .orElse(blob.digest());
    }

    /// Makes layers of blobs, in their order, where they are not there yet.
    ///
    /// @param diffIds what the image's config says they are
    /// @throws SampanException INVALID where a blob is something else
    List<Layer> commitLayers(List<Stored> blobs, List<Digest> diffIds) {
        if (blobs.size() != diffIds.size()) {
            throw SampanException.invalid(
                    "image with "
                            + blobs.size()
                            + " layers, but its config names "
                            + diffIds.size());
        }
        List<Optional<Future<Unpacked>>> works = new ArrayList<>();
        for (int i = 0; i < blobs.size(); i++) {
            lease.hold(diffIds.get(i));
            boolean here = stores.snapshots().layer(diffIds.get(i)).isPresent();
            Stored blob = blobs.get(i);
            works.add(
                    blob.unpacked().isPresent() || here
                            ? blob.unpacked()
                            : Optional.of(unpackLater(stores.content().open(blob.digest()))));
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < blobs.size(); i++) {
            layers.add(commitLayer(blobs.get(i), works.get(i), diffIds.get(i)));
        }
        return layers;
    }

    private Layer commitLayer(Stored blob, Optional<Future<Unpacked>> work, Digest diffId) {
        if (work.isPresent()) {
            Unpacked unpacked = await(work.get(), blob.digest());
            Digest actual = unpacked.diffId().orElse(blob.digest());
            if (!actual.equals(diffId)) {
                throw SampanException.invalid(
                        "layer has digest " + actual + " where the image's config says " + diffId);
            }
            return unpacked.layer().commit(diffId);
        }
        return stores.snapshots()
                .layer(diffId)
                .orElseThrow(() -> SampanException.notFound("layer " + diffId + " is not here"));
    }

    private static Unpacked await(Future<Unpacked> work, Digest blob) {
        try {
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted while unpacking", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            ErrorCode code =
                    cause instanceof SampanException known ? known.code() : ErrorCode.INTERNAL;
            throw new SampanException(
                    code, "layer " + blob.brief() + ": " + cause.getMessage(), cause);
        }
    }

    static SampanException failed(IOException e) {
        return new SampanException(ErrorCode.UNAVAILABLE, "transfer failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        stores.collector().after(this::release);
    }

    /// As [#close] where nothing was stored, so that nothing is to be dropped.
    void release() {
        unpackers.shutdownNow();
        unpackers.close();
        // Committed ones do not mind.
        begun.forEach(Unpacking::close);
        lease.close();
    }
}
