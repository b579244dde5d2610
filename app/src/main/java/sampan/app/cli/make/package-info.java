/// `image make`: it runs a container and imports what comes out of it.
@NullMarked
package sampan.app.cli.make;

import org.jspecify.annotations.NullMarked;
