/// One class per verb of `sampan-runc`.
@NullMarked
package sampan.app.runc.verbs;

import org.jspecify.annotations.NullMarked;
