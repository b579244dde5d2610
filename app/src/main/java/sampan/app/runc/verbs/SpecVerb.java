package sampan.app.runc.verbs;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.runc.RuncContext;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.spec.Spec;
import sampan.oci.spec.SpecDefaults;
import sampan.runtime.lifecycle.Bundle;

/// `spec`.
@Command(description = "create a new specification file")
public final class SpecVerb implements Callable<Integer> {
    private static final int MODE = 0666;

    private final RuncContext context;

    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            description = "path to the root of the bundle directory")
    private String bundle = "";

    @Option(names = "--rootless", description = "generate a configuration for a rootless container")
    private boolean rootless;

    public SpecVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        boolean unified = context.host().cgroups() instanceof CgroupLayout.V2;
        Spec spec = SpecDefaults.spec(unified);
        if (rootless) {
            spec = SpecDefaults.rootless(spec, context.caller().uid(), context.caller().gid());
        }
        String path = bundle.isEmpty() ? Bundle.DOCUMENT : bundle + "/" + Bundle.DOCUMENT;
        try (Fd file = context.caller().open(path, Open.WRONLY | Open.CREAT | Open.EXCL, MODE)) {
            FileIo.writeFully(file, SpecDefaults.text(spec).getBytes(StandardCharsets.UTF_8));
        } catch (ErrnoException e) {
            throw e.isExisting()
                    ? new SampanException(
                            e.code(), "File " + Bundle.DOCUMENT + " exists. Remove it first", e)
                    : e;
        }
        return 0;
    }
}
