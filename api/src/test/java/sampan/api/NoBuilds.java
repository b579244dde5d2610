package sampan.api;

import java.util.Map;
import sampan.api.builds.BuildWire;
import sampan.engine.services.Engine;
import sampan.errors.SampanException;
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
    public Map<String, String> build(Asked asked, Watching watching) {
        throw SampanException.invalid("nothing is built here");
    }

    @Override
    public void cancel(String id) {
        // none runs
    }
}
