package sampan.gateway.auth;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.gateway.routes.Identity;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;

/// The fields in which a service is told who a request is from. What a client says in them is
/// dropped first, also where it writes `_` for `-`: many servers take one for the other.
public final class IdentityHeaders {
    /// Names of fields, none for what is not told.
    ///
    /// @param claims by claim
    public record Names(
            Optional<String> name,
            Optional<String> roles,
            Optional<String> scopes,
            Map<String, String> claims) {
        public static final Names NONE =
                new Names(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    private static final int VALUE_CHARS_MAX = 1024;

    private final Names names;
    private final byte[][] dropped;

    public IdentityHeaders(Names names) {
        this(names, Names.NONE);
    }

    /// @param foreign fields that clients may not write either, though nothing is told in them here
    public IdentityHeaders(Names names, Names foreign) {
        this.names = names;
        List<String> all = new ArrayList<>();
        for (Names each : List.of(names, foreign)) {
            all.addAll(each.claims().values());
            each.name().ifPresent(all::add);
            each.roles().ifPresent(all::add);
            each.scopes().ifPresent(all::add);
        }
        dropped = all.stream().map(Head::alike).toArray(byte[][]::new);
    }

    public boolean isEmpty() {
        return dropped.length == 0;
    }

    /// Drops what the client says of itself.
    void drop(Head head) {
        for (byte[] name : dropped) {
            head.dropAlike(name);
        }
    }

    /// The lines for an identity.
    byte[] lines(Identity identity) {
        StringBuilder lines = new StringBuilder();
        names.name().ifPresent(field -> line(lines, field, List.of(identity.name())));
        names.roles().ifPresent(field -> line(lines, field, identity.roles()));
        names.scopes().ifPresent(field -> line(lines, field, identity.scopes()));
        names.claims()
                .forEach((claim, field) ->
                        line(lines, field, identity.claims().getOrDefault(claim, List.of())));
        return Octets.ascii(lines.toString());
    }

    private static void line(StringBuilder lines, String field, Collection<String> values) {
        if (values.isEmpty()) {
            return;
        }
        String value = String.join(",", values.stream().sorted().toList());
        if (value.length() > VALUE_CHARS_MAX) {
            return; // half of it would say something else
        }
        lines.append(field).append(": ").append(Octets.percentEncoded(value)).append("\r\n");
    }
}
