package sampan.gateway.config;

import java.nio.file.Path;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.config.GatewayConfig.RedisDefinition;
import sampan.gateway.limits.SharedLimit.OnFailure;
import sampan.gateway.redis.RedisSettings;
import sampan.linux.net.InternetAddress;

/// The part of [ConfigReader] that reads where limits are shared.
final class RedisReader {
    private static final int DATABASE_MAX = 65_535;
    private static final int PREFIX_MAX = 128;
    private static final long MILLI = 1_000_000L;

    private RedisReader() {}

    /// `redis: HOST:PORT` stands for its address alone.
    static Optional<RedisDefinition> read(YamlSection root) {
        return root.sectionOr("redis", "address").map(RedisReader::redis);
    }

    private static RedisDefinition redis(YamlSection section) {
        InternetAddress address =
                section.read("address", InternetAddress::parse)
                        .orElseThrow(() -> section.wrong("address", "write HOST:PORT"));
        Optional<Path> password = section.path("passwordFile");
        Optional<String> user = section.text("user");
        if (user.isPresent() && password.isEmpty()) {
            throw section.wrong("user", "it goes with passwordFile");
        }
        String prefix = section.read("prefix", RedisReader::prefix).orElse("sampan:limit:");
        RedisSettings settings =
                new RedisSettings(
                        address,
                        user,
                        password,
                        section.number("database", 0, 0, DATABASE_MAX),
                        prefix,
                        section.nanos("timeout", 500 * MILLI),
                        section.section("tls").map(RedisReader::tls));
        RedisDefinition definition =
                new RedisDefinition(
                        settings,
                        section.nanos("wait", 100 * MILLI),
                        section.read("onFailure", RedisReader::onFailure).orElse(OnFailure.LOCAL));
        section.end();
        return definition;
    }

    private static RedisSettings.Tls tls(YamlSection section) {
        RedisSettings.Tls tls =
                new RedisSettings.Tls(
                        section.read("serverName", Values::host)
                                .orElseThrow(() ->
                                        section.wrong(
                                                "serverName", "write the name in its certificate")),
                        section.path("authorities"));
        section.end();
        return tls;
    }

    static OnFailure onFailure(String field, String text) {
        return switch (text) {
            case "local" -> OnFailure.LOCAL;
            case "allow" -> OnFailure.ALLOW;
            case "refuse" -> OnFailure.REFUSE;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write local, allow or refuse");
        };
    }

    private static String prefix(String field, String text) {
        if (text.length() > PREFIX_MAX) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": write at most " + PREFIX_MAX + " letters");
        }
        return text;
    }
}
