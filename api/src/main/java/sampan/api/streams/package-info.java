/// Bytes between clients and containers: the pump of an attached connection, the keys that detach
/// it, and logs as a stream. Output already carries Docker's frames (one byte stream, three zero
/// bytes, four bytes big-endian length, data) when it leaves the monitor; only logs are framed
/// here.
@NullMarked
package sampan.api.streams;

import org.jspecify.annotations.NullMarked;
