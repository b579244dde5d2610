package sampan.app.cli.namespaces;

import sampan.app.cli.CommandContext;
import sampan.engine.containers.Container;
import sampan.errors.SampanException;

/// A process named by its pid or by the container whose first process it is.
final class Subject {
    private Subject() {}

    static int pid(CommandContext context, String word) {
        if (word.matches("[0-9]{1,9}")) {
            int pid = Integer.parseInt(word);
            if (java.nio.file.Files.exists(java.nio.file.Path.of("/proc", word, "ns"))) {
                return pid;
            }
        }
        try {
            Container container = context.engine().containers().inspect(word);
            if (container.pid() == 0) {
                throw SampanException.conflict(
                        "container "
                                + word
                                + " is not running: start it, its namespaces exist only then");
            }
            return container.pid();
        } catch (SampanException e) {
            if (word.matches("[0-9]{1,9}")) {
                throw SampanException.notFound("no process and no container " + word);
            }
            throw e;
        }
    }
}
