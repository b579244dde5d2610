@NullMarked
package sampan.engine.build.syntax;

import org.jspecify.annotations.NullMarked;
