/// Records of image-spec 1.1 (descriptor, index, manifest, config) and of Docker's image archive
/// (`manifest.json`), bound to JSON by component name. What a document leaves out or sets to null
/// is empty here: lists and maps empty, texts "", the rest [java.util.Optional].
///
/// Documents are kept as the bytes they came in; these records are for reading them, and for
/// writing new ones. Unknown fields are dropped, so a document is never re-written from its record.
@NullMarked
package sampan.oci.image;

import org.jspecify.annotations.NullMarked;
