package sampan.runtime.compile;

import java.util.List;
import sampan.oci.spec.IdMapping;

/// The maps of a user namespace, as a key: an idmapped mount needs a descriptor of one.
public record IdMap(List<IdMapping> uids, List<IdMapping> gids) {
    public IdMap {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    public boolean isEmpty() {
        return uids.isEmpty() && gids.isEmpty();
    }

    /// The lines of its uid_map.
    public String uidLines() {
        return lines(uids);
    }

    /// The lines of its gid_map.
    public String gidLines() {
        return lines(gids);
    }

    /// The host id of an id inside; -1 where it is not mapped.
    static long host(long id, List<IdMapping> mappings) {
        for (IdMapping mapping : mappings) {
            long offset = id - mapping.containerID();
            if (offset >= 0 && offset < mapping.size()) {
                return mapping.hostID() + offset;
            }
        }
        return -1;
    }

    /// The text that uid_map and gid_map take.
    static String lines(List<IdMapping> mappings) {
        StringBuilder lines = new StringBuilder();
        for (IdMapping mapping : mappings) {
            lines.append(mapping.containerID())
                    .append(' ')
                    .append(mapping.hostID())
                    .append(' ')
                    .append(mapping.size())
                    .append('\n');
        }
        return lines.toString();
    }
}
