import java.io.IOException;
import java.util.Map;

/// Takes the money: asks users who pays.
final class Payments {
    public static void main(String[] arguments) throws IOException {
        Service.run(
                "payments",
                arguments,
                Map.of("/pay", self -> "{\"paid\":true,\"by\":" + self.call("users", "/me") + "}"));
    }
}
