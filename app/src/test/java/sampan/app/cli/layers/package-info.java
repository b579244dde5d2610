@NullMarked
package sampan.app.cli.layers;

import org.jspecify.annotations.NullMarked;
