/// What the API says about images: `/images/…` and `/commit`. Transfers answer with a stream of
/// JSON lines, in which a failure after the first line is a line too.
@NullMarked
package sampan.api.images;

import org.jspecify.annotations.NullMarked;
