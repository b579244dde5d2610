package sampan.app.runc.verbs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.runc.ContainerView;
import sampan.app.runc.RuncContext;
import sampan.oci.json.Json;

/// `state`.
@Command(description = "output the state of a container")
public final class StateVerb implements Callable<Integer> {
    private final RuncContext context;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public StateVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.out()
                .print(Json.indented(ContainerView.of(context.container(id), "").fields(), "  "));
        return 0;
    }
}
