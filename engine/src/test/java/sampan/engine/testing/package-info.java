/// What the engine's tests share: a whole engine in a directory of its own, and a small image.
@NullMarked
package sampan.engine.testing;

import org.jspecify.annotations.NullMarked;
