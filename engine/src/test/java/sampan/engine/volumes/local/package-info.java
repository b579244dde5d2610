/// Volumes in directories.
@NullMarked
package sampan.engine.volumes.local;

import org.jspecify.annotations.NullMarked;
