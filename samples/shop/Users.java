import java.io.IOException;
import java.util.Map;

/// Who buys.
final class Users {
    public static void main(String[] arguments) throws IOException {
        Service.run("users", arguments, Map.of("/me", _ -> "{\"id\":7,\"name\":\"Ada\"}"));
    }
}
