/// Where builders that speak another protocol than HTTP take over a connection.
@NullMarked
package sampan.api.builds;

import org.jspecify.annotations.NullMarked;
