@NullMarked
package sampan.engine.registry.http;

import org.jspecify.annotations.NullMarked;
