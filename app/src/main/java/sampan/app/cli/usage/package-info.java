/// Wrong usage, told by whoever reads a flag and answered in one place.
@NullMarked
package sampan.app.cli.usage;

import org.jspecify.annotations.NullMarked;
