package sampan.engine.tasks;

import java.nio.file.Path;
import java.time.Instant;
import sampan.engine.containers.ContainerFiles;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.MonitorListener;
import sampan.runtime.monitor.StepFailure;

/// Execs of a former daemon. Nobody knows their ids any more; those that run go on, and each
/// directory goes with the end of its process.
public final class ExecLeftovers {
    private ExecLeftovers() {}

    /// @param execs the directory of all execs
    public static void adopt(Path execs, TaskLauncher launcher) {
        for (Path directory : TaskScan.directories(execs)) {
            launcher.adopt(directory, new Remover(directory));
        }
    }

    private record Remover(Path directory) implements MonitorListener {
        @Override
        public void started(int pid, Instant at) {}

        @Override
        public void failed(StepFailure failure) {
            remove();
        }

        @Override
        public void exited(ExitRecord exit) {
            remove();
        }

        @Override
        public void lost() {
            remove();
        }

        private void remove() {
            Thread.ofVirtual().name("exec end").start(() -> ContainerFiles.deleteTree(directory));
        }
    }
}
