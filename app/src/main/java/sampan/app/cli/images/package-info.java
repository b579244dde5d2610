/// Commands on images.
@NullMarked
package sampan.app.cli.images;

import org.jspecify.annotations.NullMarked;
