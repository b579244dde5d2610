package sampan.app.runc.dispatch;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import sampan.app.runc.RuncContext;
import sampan.app.runc.verbs.CheckpointVerb;
import sampan.app.runc.verbs.CreateVerb;
import sampan.app.runc.verbs.DeleteVerb;
import sampan.app.runc.verbs.EventsVerb;
import sampan.app.runc.verbs.ExecVerb;
import sampan.app.runc.verbs.FeaturesVerb;
import sampan.app.runc.verbs.KillVerb;
import sampan.app.runc.verbs.ListVerb;
import sampan.app.runc.verbs.PauseVerb;
import sampan.app.runc.verbs.PsVerb;
import sampan.app.runc.verbs.RestoreVerb;
import sampan.app.runc.verbs.ResumeVerb;
import sampan.app.runc.verbs.RunVerb;
import sampan.app.runc.verbs.SpecVerb;
import sampan.app.runc.verbs.StartVerb;
import sampan.app.runc.verbs.StateVerb;
import sampan.app.runc.verbs.UpdateVerb;

/// A verb by its word.
///
/// @param arguments as the usage line shows them
/// @param interspersed options may follow the first argument
/// @param prefix before its failures
record RuncVerb(
        String name,
        String summary,
        String arguments,
        boolean interspersed,
        String prefix,
        Function<RuncContext, Callable<Integer>> maker) {
    private static final String ID = "<container-id>";

    static final List<RuncVerb> ALL =
            List.of(
                    of("checkpoint", "checkpoint a running container", ID, CheckpointVerb::new),
                    new RuncVerb(
                            "create",
                            "create a container",
                            ID,
                            true,
                            "runc create failed: ",
                            CreateVerb::new),
                    of(
                            "delete",
                            "delete any resources held by the container often used with detached"
                                    + " container",
                            ID,
                            DeleteVerb::new),
                    of(
                            "events",
                            "display container events such as OOM notifications, cpu, memory, and"
                                    + " IO usage statistics",
                            ID,
                            EventsVerb::new),
                    new RuncVerb(
                            "exec",
                            "execute new process inside the container",
                            ID + " <command> [command options]  || -p process.json " + ID,
                            false,
                            "exec failed: ",
                            ExecVerb::new),
                    of("features", "show the enabled features", "", FeaturesVerb::new),
                    of(
                            "kill",
                            "kill sends the specified signal (default: SIGTERM) to the container's"
                                    + " init process",
                            ID + " [signal]",
                            KillVerb::new),
                    of(
                            "list",
                            "lists containers started by runc with the given root",
                            "",
                            ListVerb::new),
                    of(
                            "pause",
                            "pause suspends all processes inside the container",
                            ID,
                            PauseVerb::new),
                    new RuncVerb(
                            "ps",
                            "ps displays the processes running inside a container",
                            ID + " [ps options]",
                            false,
                            "",
                            PsVerb::new),
                    of(
                            "restore",
                            "restore a container from a previous checkpoint",
                            ID,
                            RestoreVerb::new),
                    of(
                            "resume",
                            "resumes all processes that have been previously paused",
                            ID,
                            ResumeVerb::new),
                    new RuncVerb(
                            "run",
                            "create and run a container",
                            ID,
                            true,
                            "runc run failed: ",
                            RunVerb::new),
                    of("spec", "create a new specification file", "", SpecVerb::new),
                    of(
                            "start",
                            "executes the user defined process in a created container",
                            ID,
                            StartVerb::new),
                    of("state", "output the state of a container", ID, StateVerb::new),
                    of("update", "update container resource constraints", ID, UpdateVerb::new));

    private static RuncVerb of(
            String name,
            String summary,
            String arguments,
            Function<RuncContext, Callable<Integer>> maker) {
        return new RuncVerb(name, summary, arguments, true, "", maker);
    }

    static Optional<RuncVerb> named(String name) {
        for (RuncVerb verb : ALL) {
            if (verb.name.equals(name)) {
                return Optional.of(verb);
            }
        }
        return Optional.empty();
    }

    Callable<Integer> make(RuncContext context) {
        return maker.apply(context);
    }

    /// What is wrong with a number of arguments.
    String requirement() {
        String count =
                arguments.isEmpty()
                        ? "exactly 0"
                        : arguments.equals(ID) ? "exactly 1" : "a minimum of 1";
        return "\"" + name + "\" requires " + count + " argument(s)";
    }
}
