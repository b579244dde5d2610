/// What should run. A [Container] is data: its spec, its name, where it stands in its life. Its
/// running processes are a task, in `sampan.engine.tasks`.
@NullMarked
package sampan.engine.containers;

import org.jspecify.annotations.NullMarked;
