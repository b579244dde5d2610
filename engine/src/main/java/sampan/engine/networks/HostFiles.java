package sampan.engine.networks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// What a container sees as /etc/hosts, /etc/hostname and /etc/resolv.conf, by Docker's rules.
/// Pure: reads nothing, writes nothing.
public final class HostFiles {
    /// Where systemd-resolved keeps the real servers while /etc/resolv.conf names its stub only.
    public static final String SYSTEMD_RESOLV_CONF = "/run/systemd/resolve/resolv.conf";

    /// Longer files of the host are refused.
    public static final int LIMIT_CHARS = 256 * 1024;

    private static final String STUB = "127.0.0.53";
    private static final String HOST_GATEWAY = "host-gateway";
    private static final List<String> FALLBACK_SERVERS = List.of("8.8.8.8", "8.8.4.4");
    private static final Pattern BLANK = Pattern.compile("\\s+");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,255}");
    private static final String LOCALHOST =
            """
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """;

    private HostFiles() {}

    /// The container's own names and address.
    ///
    /// @param hostname as the container knows itself
    /// @param domain behind it, or empty
    /// @param address of its endpoint; empty without one
    public record Self(String hostname, String domain, Optional<InetAddress> address) {
        /// The line's names: with a domain the full name first.
        String names() {
            if (!domain.isEmpty()) {
                return hostname + "." + domain + " " + hostname;
            }
            int dot = hostname.indexOf('.');
            return dot <= 0 ? hostname : hostname + " " + hostname.substring(0, dot);
        }
    }

    /// What a user asked of name resolution; empty lists leave what the host has.
    ///
    /// @param servers addresses
    /// @param search domains; a single `.` means none
    /// @param options as in resolv.conf(5)
    public record Resolver(List<String> servers, List<String> search, List<String> options) {
        /// Without wishes.
        public static final Resolver OF_HOST = new Resolver(List.of(), List.of(), List.of());
    }

    /// /etc/hosts of a container in a namespace of its own.
    ///
    /// @param extra NAME:ADDRESS or NAME=ADDRESS each, the address may be `host-gateway`
    /// @param gateway what `host-gateway` stands for
    public static String hosts(Self self, List<String> extra, Optional<InetAddress> gateway) {
        StringBuilder text = new StringBuilder(LOCALHOST);
        extraHosts(text, extra, gateway);
        self.address().ifPresent(address -> line(text, AddressText.of(address), self.names()));
        return text.toString();
    }

    /// /etc/hosts of a container in the host's namespace: the host's own with additions.
    public static String hostsOfHost(
            String hostFile, List<String> extra, Optional<InetAddress> gateway) {
        checkLength("/etc/hosts", hostFile);
        StringBuilder text = new StringBuilder(hostFile);
        if (!hostFile.isEmpty() && !hostFile.endsWith("\n")) {
            text.append('\n');
        }
        extraHosts(text, extra, gateway);
        return text.toString();
    }

    /// /etc/hostname.
    public static String hostname(String name) {
        return name + "\n";
    }

    /// Whether the host's file names systemd-resolved's stub and nothing else, so that
    /// [#SYSTEMD_RESOLV_CONF] has to be read in its place.
    public static boolean namesStubOnly(String resolvConf) {
        return servers(resolvConf).equals(List.of(STUB));
    }

    /// /etc/resolv.conf of a container in a namespace of its own. Servers on the host's loopback,
    /// which the container cannot reach, are left out, and IPv6 servers where it has no IPv6; if
    /// none is left, public ones take their place.
    ///
    /// @param hostFile the host's file
    /// @param ipv6 whether the container can reach IPv6 servers
    public static String resolvConf(String hostFile, Resolver wishes, boolean ipv6) {
        checkLength("/etc/resolv.conf", hostFile);
        List<String> servers = checkedServers(wishes);
        if (servers.isEmpty()) {
            servers = servers(hostFile).stream().filter(server -> reachable(server, ipv6)).toList();
        }
        return render(hostFile, servers.isEmpty() ? FALLBACK_SERVERS : servers, wishes);
    }

    /// /etc/resolv.conf of a container in the host's namespace: the host's own but for the wishes.
    public static String resolvConfOfHost(String hostFile, Resolver wishes) {
        checkLength("/etc/resolv.conf", hostFile);
        if (wishes.equals(Resolver.OF_HOST)) {
            return hostFile;
        }
        List<String> servers = checkedServers(wishes);
        return render(hostFile, servers.isEmpty() ? servers(hostFile) : servers, wishes);
    }

    private static String render(String hostFile, List<String> servers, Resolver wishes) {
        StringBuilder text = new StringBuilder();
        servers.forEach(server -> text.append("nameserver ").append(server).append('\n'));
        List<String> search =
                wishes.search().isEmpty() ? last(hostFile, "search", "domain") : wishes.search();
        if (!search.isEmpty() && !search.equals(List.of("."))) {
            text.append("search ").append(String.join(" ", search)).append('\n');
        }
        List<String> options =
                wishes.options().isEmpty() ? all(hostFile, "options") : wishes.options();
        if (!options.isEmpty()) {
            text.append("options ").append(String.join(" ", options)).append('\n');
        }
        return text.toString();
    }

    private static void extraHosts(
            StringBuilder text, List<String> extra, Optional<InetAddress> gateway) {
        for (String entry : extra) {
            int cut = entry.indexOf('=') >= 0 ? entry.indexOf('=') : entry.indexOf(':');
            if (cut < 0 || !NAME.matcher(entry.substring(0, cut)).matches()) {
                throw badHost(entry);
            }
            line(
                    text,
                    hostAddress(entry, entry.substring(cut + 1), gateway),
                    entry.substring(0, cut));
        }
    }

    private static String hostAddress(String entry, String text, Optional<InetAddress> gateway) {
        if (text.equals(HOST_GATEWAY)) {
            return gateway.map(AddressText::of)
                    .orElseThrow(() ->
                            SampanException.invalid(
                                    "unable to derive the IP value for host-gateway"));
        }
        String bare =
                text.startsWith("[") && text.endsWith("]")
                        ? text.substring(1, text.length() - 1)
                        : text;
        if (!isAddress(bare)) {
            throw badHost(entry);
        }
        return bare;
    }

    private static SampanException badHost(String entry) {
        return SampanException.invalid(
                "extra host '" + entry + "' is not NAME:ADDRESS or NAME:" + HOST_GATEWAY);
    }

    private static List<String> checkedServers(Resolver wishes) {
        for (String server : wishes.servers()) {
            if (!isAddress(server)) {
                throw SampanException.invalid("dns server '" + server + "' is not an IP address");
            }
        }
        return wishes.servers();
    }

    private static boolean reachable(String server, boolean ipv6) {
        String bare = server.indexOf('%') < 0 ? server : server.substring(0, server.indexOf('%'));
        if (!isAddress(bare)) {
            return false;
        }
        InetAddress address = InetAddress.ofLiteral(bare);
        return !address.isLoopbackAddress()
                && !address.isAnyLocalAddress()
                && (ipv6 || address.getAddress().length == 4);
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static List<String> servers(String file) {
        List<String> servers = new ArrayList<>();
        for (List<String> words : lines(file)) {
            if (words.size() > 1 && words.getFirst().equals("nameserver")) {
                servers.add(words.get(1));
            }
        }
        return servers;
    }

    /// The words of the last line that begins with one of these.
    private static List<String> last(String file, String... keywords) {
        List<String> result = List.of();
        for (List<String> words : lines(file)) {
            if (List.of(keywords).contains(words.getFirst())) {
                result = words.subList(1, words.size());
            }
        }
        return result;
    }

    private static List<String> all(String file, String keyword) {
        List<String> result = new ArrayList<>();
        for (List<String> words : lines(file)) {
            if (words.getFirst().equals(keyword)) {
                result.addAll(words.subList(1, words.size()));
            }
        }
        return result;
    }

    private static List<List<String>> lines(String file) {
        return file.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != ';')
                .map(line -> List.of(BLANK.split(line)))
                .toList();
    }

    private static void line(StringBuilder text, String address, String names) {
        text.append(address).append('\t').append(names).append('\n');
    }

    private static void checkLength(String name, String file) {
        if (file.length() > LIMIT_CHARS) {
            throw SampanException.invalid(
                    name + " of the host has more than " + LIMIT_CHARS + " characters");
        }
    }
}
