package sampan.gateway.proxy;

import sampan.gateway.routes.Service;

/// Whether a request waits for its service to have a target, and until when.
final class Parking {
    // Each look asks again: who was asked may have been away.
    private static final long LOOK_NANOS = 20_000_000L;

    private boolean on;
    private long until;

    /// It waits from now on, and what else its client sends waits too.
    void begin(Exchange exchange, Service service) {
        on = true;
        until = exchange.loop.now + service.settings().wakeNanos();
        exchange.client.setReading(false);
        ask(exchange, service);
    }

    /// Asks once more, unless it has waited long enough.
    boolean goesOn(Exchange exchange, Service service) {
        if (exchange.loop.now - until >= 0) {
            return false;
        }
        ask(exchange, service);
        return true;
    }

    private static void ask(Exchange exchange, Service service) {
        exchange.loop.wakeUp(service);
        exchange.loop.timers.set(exchange.client, exchange.loop.now + LOOK_NANOS);
    }

    boolean isOn() {
        return on;
    }

    void end() {
        on = false;
    }
}
