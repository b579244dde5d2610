/// Proves that every byte below the daemon's root has an owner, every blob its digest, and every
/// unpacked layer what its blob says; takes away, where asked, what is provably nobody's or broken.
///
/// It runs beside everything else and holds nothing up. What it finds is exact all the same: a
/// store says of each entry on disk whether it is in its index, being made or being deleted;
/// garbage counts only when the collection that was due for it is over
/// ([sampan.engine.images.Collector#settle]); what remains is looked at several times
/// ([sampan.engine.store.Settled]).
@NullMarked
package sampan.engine.fsck;

import org.jspecify.annotations.NullMarked;
