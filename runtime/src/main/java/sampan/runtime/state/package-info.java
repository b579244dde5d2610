/// What the runtime command keeps of its containers: a directory per container, with one document
/// that says what it was made of, and the records of its launcher beside it
/// ([sampan.runtime.monitor.TaskRecords]).
@NullMarked
package sampan.runtime.state;

import org.jspecify.annotations.NullMarked;
