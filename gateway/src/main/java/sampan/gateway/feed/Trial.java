package sampan.gateway.feed;

import java.lang.foreign.Arena;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.errors.SampanException;
import sampan.gateway.routes.PathRewrite;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// What would become of a request, by the very code that decides on real ones; nothing is sent,
/// counted or limited. For one thread at a time.
public final class Trial {
    private static final byte[] CLIENT = Octets.ascii("127.0.0.1");
    private static final int HEAD_BYTES_MAX = 32 << 10;

    private final RequestHead head = new RequestHead();
    private final RequestView view = new RequestView(head);
    private final RoutingTable.Room room = new RoutingTable.Room();

    /// @param request METHOD URL and `NAME: VALUE`, between tabs
    public Map<String, Object> of(String request, RoutingTable table) {
        byte[] bytes = Octets.ascii(text(request));
        if (bytes.length > HEAD_BYTES_MAX) {
            throw SampanException.invalid("test: a head over " + HEAD_BYTES_MAX + " bytes");
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            long at = Memory.allocate(arena, bytes.length + 64L);
            Memory.copy(bytes, at);
            long client = Memory.allocate(arena, CLIENT.length + 8L);
            Memory.copy(CLIENT, client);
            Refusal refusal = head.read(at, 0, bytes.length);
            if (refusal != Refusal.NONE) {
                answer.put("status", refusal.status());
                answer.put("reason", refusal.words());
                return answer;
            }
            view.begin(client, CLIENT.length);
            Route found = table.find(view, room);
            if (found == null) {
                answer.put("status", 404);
                answer.put("reason", "no route");
                return answer;
            }
            told(answer, found);
        }
        return answer;
    }

    private static void told(Map<String, Object> answer, Route route) {
        answer.put("route", route.name());
        answer.put("path", Views.path(route.match().path()));
        answer.put("action", Views.action(route.action()));
        List<String> features = Features.of(route);
        if (!features.isEmpty()) {
            answer.put("with", features);
        }
        byte[] newPath = route.newPath();
        if (newPath != null) {
            answer.put(
                    "rewrite", new String(newPath, java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        PathRewrite rewrite = route.rewrite();
        if (rewrite != null) {
            answer.put("rewrite", rewrite.toString());
        }
        if (route.action() instanceof Route.Forward forward) {
            long now = System.nanoTime();
            answer.put(
                    "services",
                    forward.services().stream().map(share -> share.service().name()).toList());
            answer.put(
                    "targets",
                    forward.services().stream()
                            .flatMap(share -> share.service().targets().stream())
                            .filter(target -> !target.isEjected(now))
                            .map(target -> target.name())
                            .toList());
        }
    }

    private static String text(String request) {
        List<String> parts = List.of(request.split("\t"));
        if (parts.size() < 2) {
            throw SampanException.invalid("test: write METHOD, a tab and a URL");
        }
        URI uri = uri(parts.get(1));
        String host = uri.getRawAuthority() == null ? "localhost" : uri.getRawAuthority();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        StringBuilder text = new StringBuilder(parts.getFirst());
        text.append(' ').append(path).append(query).append(" HTTP/1.1\r\nHost: ");
        text.append(host).append("\r\n");
        for (String field : parts.subList(2, parts.size())) {
            text.append(field).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw SampanException.invalid("url \"" + text + "\": " + e.getReason() + ": mend it");
        }
    }
}
