@NullMarked
package sampan.engine.build.cache;

import org.jspecify.annotations.NullMarked;
