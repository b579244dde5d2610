/// The cache of build steps. A step is known by what it stands on and what it takes: the chain of
/// layers below it, the instruction, environment, build arguments, and the digests of the files it
/// copies. What it made is a layer, kept by a lease for as long as its [StepRecord] is there.
@NullMarked
package sampan.engine.build.cache;

import org.jspecify.annotations.NullMarked;
