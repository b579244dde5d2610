/// What each layer of an image added, changed and removed, and what that wastes.
@NullMarked
package sampan.engine.images.layers;

import org.jspecify.annotations.NullMarked;
