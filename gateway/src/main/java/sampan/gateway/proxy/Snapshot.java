package sampan.gateway.proxy;

import sampan.gateway.routes.RoutingTable;

/// What holds at an instant; a loop looks at it once per batch of events.
record Snapshot(RoutingTable table, ProxyLimits limits, RequestWriter.Told told) {
    static Snapshot of(RoutingTable table, ProxyLimits limits) {
        return new Snapshot(table, limits, RequestWriter.Told.by(limits));
    }
}
