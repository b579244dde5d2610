package sampan.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.gateway.routes.Identity;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

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
        dropped =
                all.stream()
                        .map(n -> Octets.ascii(n.toLowerCase(Locale.ROOT).replace('_', '-')))
                        .toArray(byte[][]::new);
    }

    public boolean isEmpty() {
        return dropped.length == 0;
    }

    /// Drops what the client says of itself.
    void drop(Head head) {
        for (byte[] name : dropped) {
            for (int i = 0; i < head.count(); i++) {
                if (isNamed(head.lineAt(i), head.lineEnd(i), name)) {
                    head.drop(i);
                }
            }
        }
    }

    private static boolean isNamed(long at, long end, byte[] name) {
        if (end - at <= name.length || Memory.get(at + name.length) != ':') {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            byte c = Octets.lower(Memory.get(at + i));
            if ((c == '_' ? '-' : c) != name[i]) {
                return false;
            }
        }
        return true;
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
        lines.append(field).append(": ");
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7F && b != '%' || b == ' ') {
                lines.append((char) b);
            } else {
                lines.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
            }
        }
        lines.append("\r\n");
    }
}
