@NullMarked
package sampan.engine.snapshots.overlay;

import org.jspecify.annotations.NullMarked;
