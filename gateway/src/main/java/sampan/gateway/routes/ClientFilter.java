package sampan.gateway.routes;

import java.util.List;
import java.util.stream.Collectors;

/// Lets in who comes from one of these addresses.
public final class ClientFilter implements Filter {
    private static final int FORBIDDEN = 403;

    private final Condition clients;
    private final String text;

    public ClientFilter(List<AddressRange> allowed) {
        clients = new Condition.Clients(allowed);
        text =
                allowed.stream()
                        .map(AddressRange::toString)
                        .collect(Collectors.joining(" ", "allow ", ""));
    }

    @Override
    public int check(RequestView view, long now) {
        if (clients.holds(view)) {
            return PASS;
        }
        view.reason("its address is not among those that are let in");
        return FORBIDDEN;
    }

    @Override
    public String toString() {
        return text;
    }
}
