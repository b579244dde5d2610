import java.io.IOException;
import java.util.Map;

/// What a browser sees: a page for each journey.
final class Web {
    public static void main(String[] arguments) throws IOException {
        Service.run(
                "web",
                arguments,
                Map.of(
                        "/browse", self -> self.call("catalogue", "/items"),
                        "/profile", self -> self.call("users", "/me"),
                        "/basket", self -> self.call("cart", "/items"),
                        "/checkout", self -> self.call("orders", "/place")));
    }
}
