/// Commands that ask the gateway what it has and does.
@NullMarked
package sampan.app.cli.gateway;

import org.jspecify.annotations.NullMarked;
