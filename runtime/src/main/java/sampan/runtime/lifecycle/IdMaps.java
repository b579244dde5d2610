package sampan.runtime.lifecycle;

import java.util.LinkedHashMap;
import java.util.Map;
import sampan.linux.sys.Fd;
import sampan.oci.spec.Spec;
import sampan.runtime.compile.IdMap;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.PlanCompiler;
import sampan.runtime.monitor.MappedNamespace;

/// The user namespaces of a container's idmapped mounts, open until the launcher has them.
final class IdMaps implements AutoCloseable {
    private static final long CLONE_NEWUSER = 0x1000_0000L;

    private final Map<IdMap, Fd> namespaces = new LinkedHashMap<>();

    private IdMaps() {}

    static IdMaps of(RuntimeHost host, Spec spec) {
        IdMaps maps = new IdMaps();
        try {
            for (IdMap map : PlanCompiler.idMaps(spec, false)) {
                maps.namespaces.put(
                        map,
                        MappedNamespace.make(
                                host.launcher()::launch,
                                CLONE_NEWUSER,
                                map.uidLines(),
                                map.gidLines(),
                                "user"));
            }
            return maps;
        } catch (RuntimeException e) {
            maps.close();
            throw e;
        }
    }

    void give(LaunchSlots slots, LaunchContext.Builder context) {
        namespaces.forEach((map, users) -> context.idMap(map, slots.add(users)));
    }

    @Override
    public void close() {
        namespaces.values().forEach(Fd::close);
    }
}
