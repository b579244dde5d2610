@NullMarked
package sampan.engine.build.execute;

import org.jspecify.annotations.NullMarked;
