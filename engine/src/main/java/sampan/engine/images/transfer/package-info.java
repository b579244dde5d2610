/// Images in and out: load, import and save, and what commit shares with them.
///
/// A [Transfer] is one image on its way in. Each blob is written to the content store while its
/// digest is computed; a blob that looks like a layer is unpacked by another thread at the same
/// time, following the growing file. Only when the archive's own words (manifest, config) are known
/// do the parts become layers and an image; whatever they did not name is dropped. An image appears
/// whole or not at all.
@NullMarked
package sampan.engine.images.transfer;

import org.jspecify.annotations.NullMarked;
