@NullMarked
package sampan.linux.nftables;

import org.jspecify.annotations.NullMarked;
