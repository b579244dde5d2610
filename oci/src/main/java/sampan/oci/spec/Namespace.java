package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;

/// A namespace of the container's own, or one to join.
///
/// @param type `pid network mount ipc uts user cgroup time`
/// @param path file of the namespace to join; empty: a new one
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Namespace(String type, String path) {
    public static final String PID = "pid";
    public static final String NETWORK = "network";
    public static final String MOUNT = "mount";
    public static final String IPC = "ipc";
    public static final String UTS = "uts";
    public static final String USER = "user";
    public static final String CGROUP = "cgroup";
    public static final String TIME = "time";

    public Namespace {
        type = Absent.text(type);
        path = Absent.text(path);
    }

    public static Namespace create(String type) {
        return new Namespace(type, "");
    }
}
