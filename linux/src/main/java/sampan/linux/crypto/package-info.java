/// Digests and signatures by the system's libcrypto.
@NullMarked
package sampan.linux.crypto;

import org.jspecify.annotations.NullMarked;
