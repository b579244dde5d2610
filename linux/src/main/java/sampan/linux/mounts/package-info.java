/// Mounts: the API by file descriptor (fsopen(2) and its kin, kernel 5.2), mount(2) where that is
/// missing, and what is mounted where.
///
/// [Mounts] has the calls, [MountFlags] and [MountAttr] their constants, [AttrChange] what
/// mount_setattr(2) changes; [MountTable] reads mountinfo into [MountEntry]s; [Overlay] makes
/// overlay mounts that are attached nowhere.
///
/// A *detached* mount is one that only a descriptor holds: it can be opened below with
/// `FileOps.openInRoot`, attached with [Mounts#moveMount], and vanishes with the last descriptor,
/// so that a killed daemon leaves nothing. Descriptors that come back are the caller's and
/// close-on-exec.
///
/// Threads: everything may be called from any thread. Errors: [sampan.errors.ErrnoException]; where
/// the kernel tells more in the context's log, that stands in the message.
@NullMarked
package sampan.linux.mounts;

import org.jspecify.annotations.NullMarked;
