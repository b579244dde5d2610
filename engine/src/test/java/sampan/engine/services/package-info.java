/// Tests of the use cases, on a real kernel.
@NullMarked
package sampan.engine.services;

import org.jspecify.annotations.NullMarked;
