/// Between the wire and the engine. On the way in, what is absent becomes a default, what cannot be
/// honoured is refused, nothing is dropped; on the way out, engine records become the documents
/// that Docker's clients know.
@NullMarked
package sampan.api.translate;

import org.jspecify.annotations.NullMarked;
