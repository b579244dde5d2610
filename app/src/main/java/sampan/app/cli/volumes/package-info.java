/// Commands on volumes.
@NullMarked
package sampan.app.cli.volumes;

import org.jspecify.annotations.NullMarked;
