package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// One mount, in the order of the list.
///
/// @param destination absolute path in the container
/// @param type a filesystem of the kernel, `bind`, `cgroup`, or empty
/// @param options words of mount(8) and of the specification
/// @param uidMappings for an idmapped mount
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Mount(
        String destination,
        String type,
        String source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {
    public Mount {
        destination = Absent.text(destination);
        type = Absent.text(type);
        source = Absent.text(source);
        options = Absent.list(options);
        uidMappings = Absent.list(uidMappings);
        gidMappings = Absent.list(gidMappings);
    }

    public static Mount of(String type, String source, String destination, String... options) {
        return new Mount(destination, type, source, List.of(options), List.of(), List.of());
    }
}
