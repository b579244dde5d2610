/// Snapshots as directories for overlayfs, in `ROOT/snapshots`:
///
/// `l/N/{fs,layer.json}` a layer; `a/N/{upper,work,snapshot.json}` an active snapshot; `new/N` a
/// snapshot and `unpack/N` a layer that is being made, moved to its place in one step; `trash/N`
/// what is being removed; `host/fs` a layer that hides the engine's own directories from containers
/// of the machine's root filesystem; `unsynced/N` marks a layer that a power cut could still take.
/// `empty` stands below containers of images without layers. Names are short numbers because a
/// mount's options are bounded. `new`, `unpack` and `trash` are swept at start.
///
/// Layers are kept once per diffID, not per chainID: an archive is unpacked without looking at what
/// lies below it, so the same archive gives the same directory in every chain.
@NullMarked
package sampan.engine.snapshots.overlay;

import org.jspecify.annotations.NullMarked;
