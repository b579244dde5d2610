/// What a Dockerfile comes to before anything runs: its stages as a graph, which of them the target
/// needs, and the build arguments in scope. Pure.
@NullMarked
package sampan.engine.build.plan;

import org.jspecify.annotations.NullMarked;
