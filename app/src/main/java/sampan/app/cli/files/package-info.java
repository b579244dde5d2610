/// `sampan cp`: between a container, which the daemon reads and writes, and the caller's files.
///
/// The paths that a caller names are opened by the client. What is below an opened directory is
/// read and made on a thread that has the caller's rights and no others
/// ([sampan.linux.users.Rights]): the daemon never uses its own on a caller's files.
@NullMarked
package sampan.app.cli.files;

import org.jspecify.annotations.NullMarked;
