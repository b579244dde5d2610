/// What the seed teaches, as commands: namespaces of containers and of any process, listed as lsns
/// does, shown as the links under /proc/PID/ns, entered as nsenter does, made as unshare does.
@NullMarked
package sampan.app.cli.namespaces;

import org.jspecify.annotations.NullMarked;
