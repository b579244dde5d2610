/// The content store: blobs by digest, kept as they came, in `ROOT/content`.
///
/// A blob comes in through an [Ingest]: written to a file of its own while its digest is computed,
/// then moved to `blobs/sha256/HEX` in one step. What was aborted or left by a killed daemon is
/// swept at start, but parts of blobs whose digest was known before (`ingest/HEX.part`): a download
/// goes on with them, and a collector takes those that no lease holds. Another thread may follow an
/// ingest while it grows, to unpack a layer that is still coming in. A blob that is there is never
/// changed. Nothing here counts references: that is reachability's affair (see
/// [sampan.engine.leases]).
@NullMarked
package sampan.engine.content;

import org.jspecify.annotations.NullMarked;
