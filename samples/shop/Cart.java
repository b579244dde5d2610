import java.io.IOException;
import java.util.Map;

/// What somebody is about to buy: asks users whose it is and the catalogue what it holds.
final class Cart {
    public static void main(String[] arguments) throws IOException {
        Service.run(
                "cart",
                arguments,
                Map.of(
                        "/items",
                        self ->
                                "{\"of\":"
                                        + self.call("users", "/me")
                                        + ",\"items\":"
                                        + self.call("catalogue", "/items")
                                        + "}"));
    }
}
