/// Decompression of zstd (RFC 8878) by the system's libzstd, which every Debian and Fedora has
/// because their package managers need it.
@NullMarked
package sampan.linux.zstd;

import org.jspecify.annotations.NullMarked;
