@NullMarked
package sampan.buildkit.session;

import org.jspecify.annotations.NullMarked;
