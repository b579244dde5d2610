package sampan.engine.services;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import sampan.engine.leftovers.Leftover;
import sampan.engine.leftovers.Leftovers;
import sampan.engine.services.SystemService.Finding;
import sampan.errors.SampanException;
import sampan.linux.kernel.Feature;
import sampan.linux.kernel.Features;

/// What the kernel offers, what stands in our way, and what is left over.
public final class Doctor {
    private static final String OK = "ok";

    private final Parts parts;

    /// What it works with; everything is looked for when asked.
    ///
    /// @param obstacles of the network, in words
    /// @param neighbours what other Sampan daemons have on this host: named and left alone
    public record Parts(
            Supplier<Features> features,
            List<Leftovers> leftovers,
            Supplier<List<String>> obstacles,
            Supplier<List<String>> neighbours) {}

    public Doctor(Parts parts) {
        this.parts = parts;
    }

    List<Finding> look() {
        Features features = parts.features().get();
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding("kernel", OK, features.uname().release(), ""));
        findings.add(new Finding("cgroups", OK, features.cgroupLayout(), ""));
        for (Feature feature : Feature.values()) {
            boolean has = features.has(feature);
            findings.add(
                    new Finding(
                            feature.title(),
                            has ? OK : "warning",
                            feature.purpose(),
                            has
                                    ? ""
                                    : "needs Linux "
                                            + feature.since()
                                            + " with this option built in"));
        }
        parts.obstacles().get().forEach(words -> findings.add(obstacle(words)));
        parts.neighbours()
                .get()
                .forEach(what ->
                        findings.add(
                                new Finding(what, OK, "another Sampan daemon's: left alone", "")));
        for (Leftover leftover : leftovers()) {
            findings.add(
                    new Finding(
                            leftover.subject(),
                            "leftover",
                            leftover.text(),
                            "sampan doctor --repair takes it away"));
        }
        return findings;
    }

    private static Finding obstacle(String words) {
        int colon = words.indexOf(": ");
        return colon < 0
                ? new Finding("network", "warning", words, "")
                : new Finding(
                        "network",
                        "warning",
                        words.substring(0, colon),
                        words.substring(colon + 2));
    }

    private List<Leftover> leftovers() {
        return parts.leftovers().stream().flatMap(kind -> kind.find().stream()).toList();
    }

    /// Takes away what is left over.
    List<Finding> repair() {
        List<Finding> done = new ArrayList<>();
        for (Leftover leftover : leftovers()) {
            try {
                leftover.removal().run();
                done.add(new Finding(leftover.subject(), OK, "taken away", ""));
            } catch (SampanException | java.io.UncheckedIOException e) {
                done.add(
                        new Finding(
                                leftover.subject(),
                                "failure",
                                "could not be taken away: " + e.getMessage(),
                                ""));
            }
        }
        return done;
    }
}
