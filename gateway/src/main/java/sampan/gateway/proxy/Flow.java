package sampan.gateway.proxy;

/// How bytes go between a client and its target: each side is read only as fast as the other takes.
final class Flow {
    private final Exchange exchange;
    private final Forwarding forwarding;
    private boolean cut;

    Flow(Exchange exchange, Forwarding forwarding) {
        this.exchange = exchange;
        this.forwarding = forwarding;
    }

    void begin() {
        cut = false;
    }

    /// Whether the target takes no more of the request.
    boolean isCut() {
        return cut;
    }

    /// Sends on what came of the body, or through a tunnel.
    void sendBody(long at, long end) {
        forwarding.mirror(at, end);
        UpstreamConnection connection = forwarding.upstream();
        if (connection == null || cut || end == at) {
            return; // its target takes no more; the answer is awaited
        }
        if (!connection.send(at, (int) (end - at))) {
            // It may have answered before it closed: that is read before anything is concluded.
            cut = true;
            return;
        }
        if (connection.isBlocked()) {
            exchange.client.setReading(false);
        }
        if (exchange.requestBody.isDone()) {
            forwarding.armResponse();
        }
    }

    boolean isUpstreamBlocked() {
        UpstreamConnection connection = forwarding.upstream();
        return connection != null && connection.isBlocked();
    }

    void upstreamDrained() {
        if (exchange.hasClientEnded()) {
            return;
        }
        boolean more = exchange.isTunnel() || !exchange.requestBody.isDone();
        if (more && !exchange.client.isReading()) {
            exchange.client.setReading(true);
            exchange.armClient();
        }
    }

    /// In a tunnel: the client says no more.
    void clientEnded() {
        UpstreamConnection connection = forwarding.upstream();
        if (connection == null || forwarding.answering().hasEnded()) {
            forwarding.answering().endTunnel();
        } else {
            connection.finishSending();
        }
    }

    void clientDrained() {
        UpstreamConnection connection = forwarding.upstream();
        if (connection != null && !connection.isReading()) {
            connection.setReading(true);
            forwarding.armResponse();
        }
    }

    /// The client is slower than the answer.
    void holdBack() {
        UpstreamConnection connection = forwarding.upstream();
        if (connection != null) {
            connection.setReading(false);
        }
    }
}
