package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;

/// The container's root filesystem.
///
/// @param path absolute, or relative to the bundle
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Root(String path, boolean readonly) {
    static final Root NONE = new Root("", false);

    public Root {
        path = Absent.text(path);
    }
}
