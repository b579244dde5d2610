/// Files by descriptor: what `java.nio.file` cannot say (openat2 confinement, device nodes, owners
/// of links, extended attributes, exchange renames, sealed memory files) or says with a path that
/// may be swapped under it.
///
/// [FileOps] has the calls on names, [FileIo] those on content, [Xattrs] the extended attributes,
/// [MemFd] sealed memory files; [Stat], [StatFs] and [DirEntry] are what comes back. Every
/// operation starts at a directory's [Fd] (`Fd.CWD` for the daemon's own view). Paths inside a
/// container are opened with [FileOps#openInRoot], never by joining strings. No operation follows a
/// link as the last part of a path unless it says so. Names are bytes: see
/// [sampan.linux.sys.CString].
///
/// Threads: everything may be called from any thread; calls that can block for long (locks, reads
/// of pipes and terminals, fsync) belong on platform threads, for they pin a virtual thread's
/// carrier. Errors: [sampan.errors.ErrnoException] with the call's name and the path.
@NullMarked
package sampan.linux.files;

import org.jspecify.annotations.NullMarked;
