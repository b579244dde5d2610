/// The audit log of the gateway, as a command.
@NullMarked
package sampan.app.cli.audit;

import org.jspecify.annotations.NullMarked;
