/// Trees of files from tar and to tar.
///
/// [TreeExtractor] unpacks an archive below a directory; [TreeArchiver] packs a tree. Both treat
/// the other side as hostile. Nothing an archive says leads out of the directory: names are reduced
/// to parts first, parents are opened by the kernel with the directory as root (openat2
/// RESOLVE_IN_ROOT, so that a link among them can only lead inside, as the reference engines have
/// it), and the last part of a name is never followed. A tree that changes while it is packed gives
/// an archive that is whole: files are cut or filled up to what their headers said.
///
/// In a layer, whiteouts (`.wh.NAME`, `.wh..wh..opq`) stand for overlayfs's own (a character device
/// 0/0, `trusted.overlay.opaque`) both ways; [Whiteouts] has the words. overlayfs's private
/// attributes are never taken from an archive and never given to one.
@NullMarked
package sampan.engine.trees;

import org.jspecify.annotations.NullMarked;
