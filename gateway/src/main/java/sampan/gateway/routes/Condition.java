package sampan.gateway.routes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;

/// What a request must have besides its host and path. Evaluated by loops: it allocates nothing.
public sealed interface Condition {
    boolean holds(RequestView view);

    /// A header, parameter or cookie.
    final class Part implements Condition {
        private final Attribute attribute;
        private final byte[] value;
        private final boolean any;

        /// @param value as it must stand there, or any where it must only be there
        public Part(Attribute attribute, Optional<String> value) {
            this.attribute = attribute;
            this.value = Octets.ascii(value.orElse(""));
            any = value.isEmpty();
        }

        @Override
        public boolean holds(RequestView view) {
            return attribute.find(view)
                    && (any || Octets.same(view.foundAt(), view.foundEnd(), value));
        }
    }

    /// A header, parameter or cookie whose value matches an expression.
    final class Matched implements Condition {
        private final Attribute attribute;
        private final BoundedPattern pattern;

        public Matched(Attribute attribute, BoundedPattern pattern) {
            this.attribute = attribute;
            this.pattern = pattern;
        }

        @Override
        public boolean holds(RequestView view) {
            return attribute.find(view) && pattern.matches(view.foundAt(), view.foundEnd());
        }
    }

    /// A client's address in one of these blocks.
    final class Clients implements Condition {
        private final AddressRange[] ranges;

        public Clients(List<AddressRange> ranges) {
            this.ranges = ranges.toArray(AddressRange[]::new);
        }

        @Override
        public boolean holds(RequestView view) {
            for (AddressRange range : ranges) {
                if (range.holds(view)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// One of these methods.
    final class Methods implements Condition {
        private final EnumSet<Method> methods;

        public Methods(Set<Method> methods) {
            this.methods = EnumSet.copyOf(methods);
        }

        @Override
        public boolean holds(RequestView view) {
            return methods.contains(view.head().method());
        }
    }

    /// One of these hosts, `*.name` for all below one, or one that an expression matches.
    final class Hosts implements Condition {
        private final byte[][] exact;
        private final byte[][] below;
        private final BoundedPattern[] patterns;

        /// @param hosts in lower case
        /// @param patterns of others
        public Hosts(List<String> hosts, List<BoundedPattern> patterns) {
            this.patterns = patterns.toArray(BoundedPattern[]::new);
            exact =
                    hosts.stream()
                            .filter(host -> !host.startsWith("*."))
                            .map(Octets::ascii)
                            .toArray(byte[][]::new);
            below =
                    hosts.stream()
                            .filter(host -> host.startsWith("*."))
                            .map(host -> Octets.ascii(host.substring(1)))
                            .toArray(byte[][]::new);
        }

        /// For whoever shows them.
        public List<String> described() {
            List<String> all = new ArrayList<>();
            for (byte[] host : exact) {
                all.add(new String(host, StandardCharsets.ISO_8859_1));
            }
            for (byte[] host : below) {
                all.add("*" + new String(host, StandardCharsets.ISO_8859_1));
            }
            for (BoundedPattern pattern : patterns) {
                all.add("~" + pattern);
            }
            return all;
        }

        @Override
        public boolean holds(RequestView view) {
            RequestHead head = view.head();
            long from = head.authorityAt();
            long to = head.hostEnd();
            for (byte[] host : exact) {
                if (to - from == host.length && Octets.sameIgnoringCase(from, to, host)) {
                    return true;
                }
            }
            for (byte[] host : below) {
                if (to - from > host.length
                        && Octets.sameIgnoringCase(to - host.length, to, host)) {
                    return true;
                }
            }
            for (BoundedPattern pattern : patterns) {
                if (pattern.matches(from, to)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// A path of that kind.
    final class Path implements Condition {
        private final PathMatch match;
        private final byte[] text;

        public Path(PathMatch match) {
            this.match = match;
            text =
                    switch (match) {
                        case PathMatch.Exact(String path) -> Octets.ascii(path);
                        case PathMatch.Prefix(String path) -> Octets.ascii(path);
                        case PathMatch.Regex _ -> new byte[0];
                    };
        }

        @Override
        public boolean holds(RequestView view) {
            long from = view.pathAt();
            long to = view.pathEnd();
            return switch (match) {
                case PathMatch.Exact _ -> Octets.same(from, to, text);
                case PathMatch.Prefix _ ->
                        to - from == text.length && Octets.same(from, to, text)
                                || to - from > text.length
                                        && Octets.same(from, from + text.length, text)
                                        && sampan.linux.net.Memory.get(from + text.length) == '/';
                case PathMatch.Regex(BoundedPattern pattern) -> pattern.matches(from, to);
            };
        }
    }

    /// Not all of these.
    final class Not implements Condition {
        private final Condition[] inner;

        public Not(List<Condition> inner) {
            this.inner = inner.toArray(Condition[]::new);
        }

        @Override
        public boolean holds(RequestView view) {
            for (Condition condition : inner) {
                if (!condition.holds(view)) {
                    return true;
                }
            }
            return false;
        }
    }
}
