/// How content is named: [sampan.oci.Digest] and [sampan.oci.Reference]. Both are values, parsed
/// strictly once at the border; whoever holds one need not check it again.
///
/// Below: `json` (the one place that knows the JSON library), `image` (records of image-spec and of
/// Docker's archive), `tar` (streaming tar and its compression).
@NullMarked
package sampan.oci;

import org.jspecify.annotations.NullMarked;
