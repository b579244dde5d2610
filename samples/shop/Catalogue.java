import java.io.IOException;
import java.util.Map;

/// What there is to buy.
final class Catalogue {
    public static void main(String[] arguments) throws IOException {
        Service.run(
                "catalogue",
                arguments,
                Map.of("/items", _ -> "[{\"id\":1,\"name\":\"tea\"},{\"id\":2,\"name\":\"cup\"}]"));
    }
}
