package sampan.api;

import sampan.api.builds.BuildWire;
import sampan.engine.services.Engine;
import sampan.http.Transport;

/// A wire for builds that ends every connection.
final class NoBuilds implements BuildWire {
    private NoBuilds() {}

    static BuildWire of(Engine engine) {
        return new NoBuilds();
    }

    @Override
    public void control(Transport connection) {
        connection.close();
    }

    @Override
    public void session(Transport connection, Offer offer) {
        connection.close();
    }

    @Override
    public void cancel(String id) {
        // none runs
    }
}
