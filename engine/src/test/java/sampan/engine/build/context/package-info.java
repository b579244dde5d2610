@NullMarked
package sampan.engine.build.context;

import org.jspecify.annotations.NullMarked;
