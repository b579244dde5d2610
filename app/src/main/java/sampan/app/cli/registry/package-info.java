/// Registries on the command line. Credentials are the caller's: his `config.json` is opened by the
/// client with his rights, and his credential helpers run beside it, in his name.
@NullMarked
package sampan.app.cli.registry;

import org.jspecify.annotations.NullMarked;
