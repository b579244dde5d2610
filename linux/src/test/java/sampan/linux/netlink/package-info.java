@NullMarked
package sampan.linux.netlink;

import org.jspecify.annotations.NullMarked;
