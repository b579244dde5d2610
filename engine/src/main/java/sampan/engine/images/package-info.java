/// Images by digest, their references, and what is read from them.
@NullMarked
package sampan.engine.images;

import org.jspecify.annotations.NullMarked;
