/// State on disk: one small JSON file per object, in a directory per kind.
///
/// [JsonFiles] is such a directory: written by temporary file and rename, so that a reader sees the
/// old or the new object and never a part; all of it is read once at start, bounded, and kept by
/// its owner in memory. A file that cannot be read is set aside in a list for `doctor`, not
/// deleted. [AtomicFile] does the same for a single file, [Directories] makes directories and
/// removes trees whatever is in them. [Durability] says what is worth an fsync: only what a user
/// was told is done and could not be made again.
@NullMarked
package sampan.engine.store;

import org.jspecify.annotations.NullMarked;
