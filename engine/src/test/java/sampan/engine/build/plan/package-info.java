@NullMarked
package sampan.engine.build.plan;

import org.jspecify.annotations.NullMarked;
