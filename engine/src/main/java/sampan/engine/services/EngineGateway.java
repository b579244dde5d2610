package sampan.engine.services;

import java.util.List;
import java.util.Optional;
import sampan.engine.gateway.GatewaySupervisor;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Problem;
import sampan.engine.gateway.process.GatewayLink;
import sampan.errors.SampanException;
import tools.jackson.databind.JsonNode;

/// Asks the gateway over connections of its own, so that nobody waits for another's answer.
public final class EngineGateway implements GatewayService {
    private final GatewaySupervisor supervisor;

    public EngineGateway(GatewaySupervisor supervisor) {
        this.supervisor = supervisor;
    }

    private JsonNode order(String line) {
        GatewayLink link = supervisor.open();
        try {
            return link.order(line);
        } finally {
            link.release();
        }
    }

    @Override
    public void replace() {
        supervisor.replace();
    }

    @Override
    public JsonNode show(String what) {
        return order("show " + what);
    }

    @Override
    public JsonNode test(String method, String url, List<String> fields) {
        StringBuilder line = new StringBuilder("test ").append(method).append('\t').append(url);
        for (String field : fields) {
            line.append('\t').append(field);
        }
        if (line.chars().anyMatch(c -> c == '\n' || c == '\r')) {
            throw SampanException.invalid(
                    "test: line breaks are part of no request: leave them out");
        }
        return order(line.toString());
    }

    @Override
    public Lines tail() {
        GatewayLink link = supervisor.open();
        link.begin("tail");
        link.next();
        return new Lines() {
            @Override
            public Optional<JsonNode> next() {
                try {
                    return Optional.of(link.next().json());
                } catch (SampanException _) {
                    return Optional.empty();
                }
            }

            @Override
            public void close() {
                link.release();
            }
        };
    }

    @Override
    public Discovered discovered() {
        return supervisor.discovered();
    }

    @Override
    public List<Problem> problems() {
        return supervisor.problems();
    }
}
