@NullMarked
package sampan.engine.networks;

import org.jspecify.annotations.NullMarked;
