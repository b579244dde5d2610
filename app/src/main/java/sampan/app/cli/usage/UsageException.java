package sampan.app.cli.usage;

/// The caller asked for something in a wrong way: found out by the command line itself, before the
/// engine was asked.
public final class UsageException extends RuntimeException {
    private final String flag;

    public UsageException(String message) {
        this(message, "");
    }

    private UsageException(String message, String flag) {
        super(message);
        this.flag = flag;
    }

    /// A flag's value that makes no sense.
    ///
    /// @param flag its long name, `--memory`
    public static UsageException ofFlag(String flag, String value, String reason) {
        return new UsageException(
                "invalid argument \"" + value + "\" for \"" + flag + "\" flag: " + reason, flag);
    }

    /// The long name of the flag that it is about, or empty.
    public String flag() {
        return flag;
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
