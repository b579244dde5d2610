/// The command line `sampan-runc`: runc's verbs, options, words and exit codes over
/// [sampan.runtime.lifecycle]. What commands share is here, the verbs are below.
@NullMarked
package sampan.app.runc;

import org.jspecify.annotations.NullMarked;
