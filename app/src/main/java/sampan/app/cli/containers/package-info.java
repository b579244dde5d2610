/// Commands on containers: run, create, start, exec, attach, ps, logs and the rest.
@NullMarked
package sampan.app.cli.containers;

import org.jspecify.annotations.NullMarked;
