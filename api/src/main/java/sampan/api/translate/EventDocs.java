package sampan.api.translate;

import sampan.api.wire.Doc;
import sampan.engine.events.Event;

/// Events as lines of the stream.
public final class EventDocs {
    private EventDocs() {}

    public static Doc line(Event event) {
        Doc doc = Doc.of();
        // The three old fields came before Type, Action and Actor, and clients still read them.
        if (event.type().equals("container")) {
            doc.put("status", event.action())
                    .put("id", event.actor())
                    .putUnlessEmpty("from", event.attributes().getOrDefault("image", ""));
        } else if (event.type().equals("image")) {
            doc.put("status", event.action()).put("id", event.actor());
        }
        return doc.put("Type", event.type())
                .put("Action", event.action())
                .put(
                        "Actor",
                        Doc.of()
                                .put("ID", event.actor())
                                .put("Attributes", Doc.sorted(event.attributes())))
                .put("scope", "local")
                .put("time", event.time().getEpochSecond())
                .put("timeNano", Times.nanos(event.time()));
    }
}
