package sampan.app.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.engine.registry.Credential;
import sampan.engine.services.ServerText;
import sampan.errors.SampanException;

/// `sampan login`.
@Command(description = "Authenticate to a registry")
public final class LoginCommand implements Callable<Integer> {
    private static final int SECRET_BYTES_MAX = 48 << 10;

    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "SERVER", description = "The registry's host")
    private String server = "";

    @Option(
            names = {"-u", "--username"},
            description = "Username")
    private String username = "";

    @Option(
            names = {"-p", "--password"},
            description = "Password or personal access token")
    private String password = "";

    @Option(names = "--password-stdin", description = "Take the password from stdin")
    private boolean fromInput;

    public LoginCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        check();
        String domain = ServerText.domain(server);
        Credentials credentials = Credentials.of(context.caller());
        if (username.isEmpty() && password.isEmpty()) {
            Optional<Credential> known = credentials.find(domain);
            if (known.isPresent() && isStillRight(domain, known.get())) {
                context.out().println("Login Succeeded");
                return 0;
            }
        }
        Credential credential = Credential.of(name(), secret());
        String token = context.engine().registries().login(server, credential);
        Credential kept =
                token.isEmpty() ? credential : new Credential(credential.username(), "", token, "");
        if (credentials.store(domain, kept)) {
            context.err()
                    .println(
                            "\nWARNING! Your credentials are stored unencrypted in '"
                                    + credentials.path()
                                    + "'.\nConfigure a credential helper (credsStore) to remove"
                                    + " this warning.\n");
        }
        context.out().println("Login Succeeded");
        return 0;
    }

    private void check() {
        if (!password.isEmpty() && fromInput) {
            throw SampanException.invalid("--password and --password-stdin are mutually exclusive");
        }
        if (fromInput && username.isEmpty()) {
            throw SampanException.invalid("the --password-stdin option requires --username");
        }
        if (!password.isEmpty()) {
            context.err()
                    .println(
                            "WARNING! Using --password via the CLI is insecure. Use"
                                    + " --password-stdin.");
        }
    }

    private boolean isStillRight(String domain, Credential known) {
        context.out().println("Authenticating with existing credentials...");
        try {
            String unused = context.engine().registries().login(domain, known);
            return true;
        } catch (SampanException e) {
            context.err().println("Login did not succeed, error: " + e.getMessage());
            return false;
        }
    }

    private String name() {
        return username.isEmpty() ? ask("Username: ", false) : username;
    }

    private String secret() {
        if (fromInput) {
            try {
                byte[] all = context.caller().in().readNBytes(SECRET_BYTES_MAX);
                return new String(all, StandardCharsets.UTF_8).replaceAll("[\r\n]+$", "");
            } catch (IOException e) {
                throw new ExitException(1, String.valueOf(e.getMessage()));
            }
        }
        return password.isEmpty() ? ask("Password: ", true) : password;
    }

    private String ask(String prompt, boolean hidden) {
        if (!context.caller().stdinIsTerminal()) {
            throw SampanException.invalid(
                    "cannot perform an interactive login from a non TTY device: use"
                            + " --username and --password-stdin");
        }
        context.out().print(prompt);
        context.out().flush();
        context.caller().rawTerminal(true);
        try {
            return typed(context.caller().in(), hidden);
        } catch (IOException e) {
            throw new ExitException(1, String.valueOf(e.getMessage()));
        } finally {
            context.caller().rawTerminal(false);
            context.out().println();
            context.out().flush();
        }
    }

    private String typed(InputStream in, boolean hidden) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\r' && c != '\n'; c = in.read()) {
            if (c == 3 || c == 4) {
                throw new ExitException(1, "");
            }
            boolean back = c == 0x7f || c == '\b';
            if (back && !text.isEmpty()) {
                text.setLength(text.length() - 1);
                echo("\b \b", hidden);
            } else if (!back) {
                text.append((char) c);
                echo(Character.toString(c), hidden);
            }
        }
        // read byte by byte, so the characters are put together here
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void echo(String text, boolean hidden) {
        if (!hidden) {
            context.out().print(text);
            context.out().flush();
        }
    }
}
