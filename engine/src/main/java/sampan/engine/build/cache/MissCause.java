package sampan.engine.build.cache;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Tells why a step is not in the cache, by the most alike that is.
final class MissCause {
    private MissCause() {}

    static String of(StepInput wanted, Collection<StepRecord> known) {
        Optional<StepInput> alike =
                known.stream()
                        .filter(r -> r.input().kind().equals(wanted.kind()))
                        .filter(r -> r.input().text().equals(wanted.text()))
                        .max(
                                Comparator.comparingInt(
                                                (StepRecord r) -> likeness(r.input(), wanted))
                                        .thenComparing(StepRecord::used))
                        .map(StepRecord::input);
        if (alike.isPresent()) {
            return difference(alike.get(), wanted);
        }
        boolean sameBase = known.stream().anyMatch(r -> r.input().chain().equals(wanted.chain()));
        return sameBase ? "the instruction is new or changed" : "not built before";
    }

    private static int likeness(StepInput a, StepInput b) {
        return (a.chain().equals(b.chain()) ? 8 : 0)
                + (a.content().equals(b.content()) ? 4 : 0)
                + (a.arguments().equals(b.arguments()) ? 2 : 0)
                + (a.settings().equals(b.settings()) ? 1 : 0);
    }

    private static String difference(StepInput before, StepInput now) {
        if (!before.chain().equals(now.chain())) {
            return "the base image or an earlier step changed";
        }
        if (!before.content().equals(now.content())) {
            return changed(before.files(), now.files())
                    .map(file -> "file changed: " + file)
                    .orElse("copied files changed");
        }
        if (!before.arguments().equals(now.arguments())) {
            return "build argument changed: "
                    + changed(before.arguments(), now.arguments()).orElse("");
        }
        return changed(before.settings(), now.settings())
                .map(name -> "changed: " + name)
                .orElse("its layer is gone");
    }

    private static Optional<String> changed(Map<String, String> a, Map<String, String> b) {
        TreeSet<String> names = new TreeSet<>(a.keySet());
        names.addAll(b.keySet());
        return names.stream()
                .filter(n -> !Optional.ofNullable(a.get(n)).equals(Optional.ofNullable(b.get(n))))
                .findFirst();
    }
}
