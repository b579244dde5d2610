package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// The five sets of a process, by name (`CAP_CHOWN`).
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Capabilities(
        List<String> bounding,
        List<String> effective,
        List<String> inheritable,
        List<String> permitted,
        List<String> ambient) {
    public Capabilities {
        bounding = Absent.list(bounding);
        effective = Absent.list(effective);
        inheritable = Absent.list(inheritable);
        permitted = Absent.list(permitted);
        ambient = Absent.list(ambient);
    }

    /// What Docker gives its containers: bounding, effective and permitted alike, none inherited.
    public static Capabilities of(List<String> names) {
        return new Capabilities(names, names, List.of(), names, List.of());
    }
}
