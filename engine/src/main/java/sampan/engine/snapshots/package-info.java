/// Snapshots: the root filesystems that containers run on.
///
/// A *committed* [Layer] is an unpacked layer, never changed, known by its diffID and shared by all
/// images that have it. A [Chain] is a stack of layers, known by its chainID. An *active* snapshot
/// belongs to one container: a [Base] (a chain, or the machine's own root filesystem) with a
/// writable upper directory. A [Snapshotter] keeps both; it describes the mount of an active one as
/// data, a [RootMount], which the container's own mount namespace executes: nothing is mounted on
/// the host.
///
/// A layer comes in through an [Unpacking] that leaves nothing behind unless it is committed. It
/// goes when no image, active snapshot or lease refers to it; [Snapshotter#referenced] tells the
/// second.
@NullMarked
package sampan.engine.snapshots;

import org.jspecify.annotations.NullMarked;
