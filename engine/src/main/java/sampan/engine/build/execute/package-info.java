/// Runs a build's plan: stages at the same time, the steps of each one after another. RUN steps are
/// ordinary containers; COPY, ADD and WORKDIR write their layer straight from files; what only
/// changes the config makes no layer.
@NullMarked
package sampan.engine.build.execute;

import org.jspecify.annotations.NullMarked;
