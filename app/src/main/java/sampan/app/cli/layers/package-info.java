/// What each layer of an image did: printed, or browsed on a terminal.
@NullMarked
package sampan.app.cli.layers;

import org.jspecify.annotations.NullMarked;
