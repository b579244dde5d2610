package sampan.gateway.auth;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Hashes of passwords: bcrypt (`$2a$`, `$2b$`, `$2y$`) and argon2. To check one is slow on purpose
/// and takes memory, so that only few are checked at once.
public final class Passwords {
    /// Memory that one check may take.
    public static final int ARGON2_KIB_MAX = 64 << 10;

    private static final int BCRYPT_ROUNDS_MAX = 14;
    private static final int ARGON2_ITERATIONS_MAX = 10;
    private static final int WAIT_SECONDS_MAX = 5;
    // Of no password; unknown users take as long as known ones.
    private static final String NOBODY =
            "$2b$10$abcdefghijklmnopqrstuuPzlE5g3oQOK6Ue8cCcAZ/JFEGnMGZ2m";
    private static final Semaphore CHECKS = new Semaphore(1);

    static {
        // The library logs by SLF4J, for which there is nobody: that is not worth a warning.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
    }

    private Passwords() {}

    /// What is wrong with a hash, empty for nothing.
    public static String wrong(String hash) {
        try {
            if (isBcrypt(hash)) {
                int rounds = BcryptFunction.getInstanceFromHash(hash).getLogarithmicRounds();
                return rounds <= BCRYPT_ROUNDS_MAX ? "" : "cost is over " + BCRYPT_ROUNDS_MAX;
            }
            if (hash.startsWith("$argon2")) {
                Argon2Function function = Argon2Function.getInstanceFromHash(hash);
                return function.getMemory() <= ARGON2_KIB_MAX
                                && function.getIterations() <= ARGON2_ITERATIONS_MAX
                        ? ""
                        : "over " + ARGON2_KIB_MAX + " KiB or " + ARGON2_ITERATIONS_MAX + " rounds";
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
            return "malformed";
        }
        return "neither bcrypt nor argon2";
    }

    private static boolean isBcrypt(String hash) {
        return hash.startsWith("$2a$") || hash.startsWith("$2b$") || hash.startsWith("$2y$");
    }

    /// Whether it is the password. Blocks.
    ///
    /// @param hash empty where nobody has that name
    static boolean check(byte[] password, String hash) throws InterruptedException {
        if (!CHECKS.tryAcquire(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("too many passwords are being checked");
        }
        try {
            String of = hash.isEmpty() ? NOBODY : hash;
            byte[] octets = of.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            boolean same =
                    isBcrypt(of)
                            ? BcryptFunction.getInstanceFromHash(of).check(password, octets)
                            : Argon2Function.getInstanceFromHash(of).check(password, octets);
            return same && !hash.isEmpty();
        } finally {
            CHECKS.release();
        }
    }
}
