/// What is on the host without an owner. Each part of the engine that makes things there finds its
/// own; `sampan doctor` lists and removes them.
@NullMarked
package sampan.engine.leftovers;

import org.jspecify.annotations.NullMarked;
