/// Users and groups of passwd(5) and group(5) files, the host's or a container's.
///
/// [UserDatabase] holds both files parsed, as [User]s and [Group]s; [UserDatabase#resolve] turns
/// what a person wrote (`name`, `1000`, `name:group`) into an [Identity]. Nothing asks NSS: a
/// container's users are those in its files, and the host's name service must not decide about
/// them.
///
/// The files come from an image, so they are hostile input: read below the container's root only,
/// bounded in bytes and entries, and lines that make no sense are passed over, as C libraries do.
@NullMarked
package sampan.linux.users;

import org.jspecify.annotations.NullMarked;
