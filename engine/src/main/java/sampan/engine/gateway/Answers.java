package sampan.engine.gateway;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sampan.engine.gateway.labels.Problem;
import sampan.errors.ErrnoException;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// Reads what the gateway says.
final class Answers {
    private Answers() {}

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asString("")));
        return texts;
    }

    static List<Problem> problems(JsonNode answer) {
        List<Problem> problems = new ArrayList<>();
        answer.path("problems")
                .forEach(each ->
                        problems.add(
                                new Problem(
                                        "error",
                                        each.path("kind").asString(""),
                                        each.path("name").asString(""),
                                        each.path("message").asString(""))));
        return problems;
    }

    static String targets(List<Map<String, Object>> targets) {
        return Json.text(Map.of("targets", targets));
    }

    /// Whether somebody takes connections there.
    static boolean listens(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (UnixSocket _ = UnixSocket.connect(socket.toString(), SocketType.STREAM)) {
            return true;
        } catch (ErrnoException _) {
            return false;
        }
    }
}
