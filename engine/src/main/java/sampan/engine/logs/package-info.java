/// Reading what containers printed, from the files that their monitors write.
///
/// A log is a current file `F` and up to n rotated ones, `F.1` the youngest. Each line is a JSON
/// object in the form of Docker's json-file driver: `{"log":"text\n","stream":"stdout","time":"…"}`;
/// `attrs` may stand between. [LogEntries] takes such lines apart on bytes, [LogFiles] walks over
/// the files in order whatever is rotated meanwhile, [LogReader] applies a [LogQuery] and follows.
///
/// Following does not poll and watches no files: whoever wants to follow brings a [Pulse], which
/// says when the monitor has written something more, and that it will write no more.
@NullMarked
package sampan.engine.logs;

import org.jspecify.annotations.NullMarked;
