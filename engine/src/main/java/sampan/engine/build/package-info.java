/// Building images: [EngineBuilds] is the service; below it `syntax` reads Dockerfiles, `plan`
/// makes a graph of their stages, `context` knows files, `cache` what was done before, `execute`
/// does the rest.
@NullMarked
package sampan.engine.build;

import org.jspecify.annotations.NullMarked;
