import java.io.IOException;
import java.util.Map;

/// Sells: asks users, cart and payments.
final class Orders {
    public static void main(String[] arguments) throws IOException {
        Service.run(
                "orders",
                arguments,
                Map.of(
                        "/place",
                        self ->
                                "{\"for\":"
                                        + self.call("users", "/me")
                                        + ",\"cart\":"
                                        + self.call("cart", "/items")
                                        + ",\"payment\":"
                                        + self.call("payments", "/pay")
                                        + "}"));
    }
}
