/// `sampan build`: the caller's files are read with his rights, packed as an archive and given to
/// the builder.
@NullMarked
package sampan.app.cli.build;

import org.jspecify.annotations.NullMarked;
