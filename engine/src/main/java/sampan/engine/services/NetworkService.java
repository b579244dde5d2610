package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Networks: at present the three that every engine has, `bridge`, `host` and `none`.
public interface NetworkService {
    /// @param containers container id to its attachment
    record NetworkView(
            String name,
            String id,
            Instant created,
            String driver,
            String subnet,
            String gateway,
            Map<String, String> options,
            Map<String, Attachment> containers) {}

    record Attachment(String name, String endpointId, String macAddress, String address) {}

    List<NetworkView> list(Map<String, List<String>> filters);

    /// NOT_FOUND `network REF not found`.
    NetworkView inspect(String reference);
}
