package sampan.engine.containers;

import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Names for containers whose makers gave none: an adjective and the name of somebody who built,
/// sailed or charted, as `steady_cook`.
public final class NameGenerator {
    private static final List<String> ADJECTIVES =
            List.of(
                    "able", "agile", "amber", "ample", "ardent", "balmy", "bold", "brave",
                    "breezy", "bright", "brisk", "buoyant", "calm", "candid", "charmed", "clever",
                    "coastal", "cool", "cosy", "curious", "daring", "deft", "eager", "early",
                    "easy", "fabled", "fair", "fearless", "fleet", "fond", "frank", "gallant",
                    "gentle", "gleaming", "golden", "happy", "hardy", "hearty", "hidden", "humble",
                    "idle", "jolly", "keen", "kind", "laden", "light", "lively", "lofty",
                    "loyal", "lucid", "lucky", "mellow", "merry", "mighty", "misty", "nimble",
                    "noble", "patient", "placid", "plucky", "proud", "quick", "quiet", "rapid",
                    "ready", "robust", "roving", "rugged", "salty", "sedate", "serene", "sharp",
                    "silent", "silver", "sleek", "smooth", "snug", "sober", "spry", "steady",
                    "stout", "sturdy", "sunny", "swift", "tidal", "tidy", "tranquil", "true",
                    "trusty", "upbeat", "valiant", "vivid", "wakeful", "warm", "wary", "willing",
                    "windy", "wise", "witty", "worthy");

    private static final List<String> PEOPLE =
            List.of(
                    "amundsen", "anson", "baffin", "baret", "barents", "barros", "batutta",
                    "beaufort", "behaim", "bering", "bligh", "boucher", "bougainville", "bowditch",
                    "brendan", "brunel", "byrd", "cabot", "cabral", "cano", "cartier",
                    "champlain", "chapman", "cook", "dampier", "davis", "dias", "drake",
                    "earle", "elcano", "erikson", "eudoxus", "ferdinand", "flinders", "franklin",
                    "freydis", "frobisher", "froude", "gama", "gray", "hanno", "harrison",
                    "hawkins", "heyerdahl", "hudson", "humboldt", "ibnmajid", "janszoon", "joinville",
                    "kotzebue", "laperouse", "lemaire", "lind", "magellan", "malaspina", "maury",
                    "mawson", "mercator", "middleton", "nansen", "napier", "necho", "nelson",
                    "niebuhr", "noonuccal", "orellana", "ortelius", "parry", "parsons", "peary",
                    "piccard", "pinzon", "plimsoll", "polo", "ptolemy", "pytheas", "quiros",
                    "raleigh", "reis", "ross", "sacagawea", "scoresby", "scylax", "shackleton",
                    "slocum", "smeaton", "tabei", "tasman", "torres", "tupaia", "vancouver",
                    "vespucci", "weddell", "wilkes", "xufu", "zhenghe");

    private static final int PLAIN_TRIES = 8;

    private final RandomGenerator random;

    public NameGenerator(RandomGenerator random) {
        this.random = random;
    }

    /// A name for which the predicate says that it is free. After a few taken ones a number is
    /// added, which grows in digits: it always ends.
    public String next(Predicate<String> free) {
        for (int tries = 0; ; tries++) {
            String name =
                    ADJECTIVES.get(random.nextInt(ADJECTIVES.size()))
                            + "_"
                            + PEOPLE.get(random.nextInt(PEOPLE.size()));
            if (tries >= PLAIN_TRIES) {
                name += random.nextInt(1 << Math.min(30, tries - PLAIN_TRIES + 3));
            }
            if (free.test(name)) {
                return name;
            }
        }
    }
}
