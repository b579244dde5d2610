/// What happened, as clients hear it.
///
/// An [sampan.engine.events.Event] is published once, kept in the ring of [EventLog] for those who
/// ask for the past, and offered to every subscriber. A subscriber that does not take its events is
/// dropped when its queue is full: it never holds up the engine.
@NullMarked
package sampan.engine.events;

import org.jspecify.annotations.NullMarked;
