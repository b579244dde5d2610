package sampan.engine.snapshots;

/// What an active snapshot stands on.
public sealed interface Base {
    /// An image's layers.
    record Layers(Chain chain) implements Base {}

    /// The machine's own root filesystem, without what is mounted on it and without the engine's
    /// own directories.
    record Host() implements Base {}
}
