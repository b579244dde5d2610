/// Protocol buffers: fields by number, read and written without generated classes.
@NullMarked
package sampan.buildkit.wire;

import org.jspecify.annotations.NullMarked;
