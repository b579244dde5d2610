@NullMarked
package sampan.engine.networks.bridge;

import org.jspecify.annotations.NullMarked;
