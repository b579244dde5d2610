/// Where a daemon lives: arguments, environment, defaults.
@NullMarked
package sampan.app.settings;

import org.jspecify.annotations.NullMarked;
