package sampan.engine.snapshots;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.oci.Digest;

/// Keeps layers and active snapshots. Thread-safe; no operation waits for another's input or
/// output.
public interface Snapshotter {
    /// As `docker info` shows it.
    String driver();

    Optional<Layer> layer(Digest diffId);

    List<Layer> layers();

    /// Begins a layer; the caller closes it.
    Unpacking unpack();

    /// Takes the layer away; its files go in the background. Nothing where it is not there or an
    /// active snapshot stands on it. The caller made sure that no image refers to it.
    Freeing removeLayer(Digest diffId);

    /// Layers that active snapshots stand on.
    Set<Digest> referenced();

    /// Layers that this active snapshot stands on; none where it is not there.
    Set<Digest> referenced(String key);

    /// Makes an active snapshot.
    ///
    /// @param key the container's id
    /// @throws sampan.errors.SampanException CONFLICT when the key is taken, NOT_FOUND when a layer
    ///   is missing
    void prepare(String key, Base base);

    /// What the snapshot stands on.
    ///
    /// @throws sampan.errors.SampanException NOT_FOUND
    Base base(String key);

    RootMount rootMount(String key);

    /// A mount of a base alone, for reading.
    RootMount rootMount(Base base);

    /// Of the upper directory, measured now.
    Usage usage(String key);

    /// Removes the active snapshot; its files go in the background. Nothing where it is not there.
    Freeing remove(String key);

    /// Bytes on disk of a layer's files, or of an active snapshot's with all that belongs to it; 0
    /// where it is not there.
    long allocated(Digest diffId);

    long allocated(String key);

    /// What lies in its directories and belongs to nothing that it knows.
    List<Path> strangers();

    /// Keys of all active snapshots.
    Set<String> keys();
}
