/// Finds and runs the verbs of `sampan-runc`.
@NullMarked
package sampan.app.runc.dispatch;

import org.jspecify.annotations.NullMarked;
