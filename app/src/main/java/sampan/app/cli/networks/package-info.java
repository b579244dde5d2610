/// Commands on networks.
@NullMarked
package sampan.app.cli.networks;

import org.jspecify.annotations.NullMarked;
