package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A bundle's `config.json`.
///
/// @param process absent: a container that is created but can never be started
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Spec(
        String ociVersion,
        Optional<ContainerProcess> process,
        Root root,
        String hostname,
        String domainname,
        List<Mount> mounts,
        Hooks hooks,
        Map<String, String> annotations,
        Linux linux) {
    /// The version that this code writes; it reads every 1.x.
    public static final String VERSION = "1.3.0";

    public Spec {
        ociVersion = Absent.text(ociVersion);
        process = Absent.optional(process);
        root = Absent.or(root, Root.NONE);
        hostname = Absent.text(hostname);
        domainname = Absent.text(domainname);
        mounts = Absent.list(mounts);
        hooks = Absent.or(hooks, Hooks.NONE);
        annotations = Absent.map(annotations);
        linux = Absent.or(linux, Linux.NONE);
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        Builder b = new Builder();
        b.ociVersion = ociVersion;
        b.process = process;
        b.root = root;
        b.hostname = hostname;
        b.domainname = domainname;
        b.mounts.addAll(mounts);
        b.hooks = hooks;
        b.annotations = annotations;
        b.linux = linux;
        return b;
    }

    /// Fills a [Spec] field by field. For one thread.
    public static final class Builder {
        private String ociVersion = VERSION;
        private Optional<ContainerProcess> process = Optional.empty();
        private Root root = Root.NONE;
        private String hostname = "";
        private String domainname = "";
        private final List<Mount> mounts = new ArrayList<>();
        private Hooks hooks = Hooks.NONE;
        private Map<String, String> annotations = Map.of();
        private Linux linux = Linux.NONE;

        private Builder() {}

        public Builder process(ContainerProcess value) {
            process = Optional.of(value);
            return this;
        }

        public Builder root(Root value) {
            root = value;
            return this;
        }

        public Builder hostname(String value) {
            hostname = value;
            return this;
        }

        public Builder domainname(String value) {
            domainname = value;
            return this;
        }

        /// Adds one mount behind those that are there.
        public Builder mount(Mount value) {
            mounts.add(value);
            return this;
        }

        /// Replaces all mounts.
        public Builder mounts(List<Mount> values) {
            mounts.clear();
            mounts.addAll(values);
            return this;
        }

        public Builder hooks(Hooks value) {
            hooks = value;
            return this;
        }

        public Builder annotations(Map<String, String> value) {
            annotations = value;
            return this;
        }

        public Builder linux(Linux value) {
            linux = value;
            return this;
        }

        public Spec build() {
            return new Spec(
                    ociVersion,
                    process,
                    root,
                    hostname,
                    domainname,
                    mounts,
                    hooks,
                    annotations,
                    linux);
        }
    }
}
