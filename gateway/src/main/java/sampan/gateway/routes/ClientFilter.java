package sampan.gateway.routes;

import java.util.List;

/// Lets in who comes from one of these addresses.
public final class ClientFilter implements Filter {
    private static final int FORBIDDEN = 403;

    private final Condition clients;

    public ClientFilter(List<AddressRange> allowed) {
        clients = new Condition.Clients(allowed);
    }

    @Override
    public int check(RequestView view, long now) {
        if (clients.holds(view)) {
            return PASS;
        }
        view.reason("its address is not among those that are let in");
        return FORBIDDEN;
    }
}
