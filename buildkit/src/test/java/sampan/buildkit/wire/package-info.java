@NullMarked
package sampan.buildkit.wire;

import org.jspecify.annotations.NullMarked;
