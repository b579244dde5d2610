/// Reading what containers printed, from the files that their monitors write.
///
/// A log is a current file `F` and up to n rotated ones, `F.1` the youngest. Each line is a JSON
/// object in the form of Docker's json-file driver:
/// `{"log":"text\n","stream":"stdout","time":"…"}`; `attrs` may stand between. [LogEntries] takes
/// such lines apart on bytes, [LogFiles] walks over the files in order whatever is rotated
/// meanwhile, [LogReader] applies a [LogQuery] and follows.
///
/// Following does not poll: a follower waits for a [Pulse], which says that something more was
/// written, or that nothing will be written any more. [LogWatch] makes them.
@NullMarked
package sampan.engine.logs;

import org.jspecify.annotations.NullMarked;
