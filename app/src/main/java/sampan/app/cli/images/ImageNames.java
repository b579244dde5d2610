package sampan.app.cli.images;

/// Names of images as people write them.
public final class ImageNames {
    private static final int BRIEF_CHARS = 12;

    private ImageNames() {}

    /// Repository and tag; the tag is empty where there is none. A colon before the last slash is a
    /// registry's port.
    public static String[] split(String name) {
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/')
                ? new String[] {name.substring(0, colon), name.substring(colon + 1)}
                : new String[] {name, ""};
    }

    /// The first twelve digits of an id.
    public static String brief(String id) {
        String hex = id.substring(id.indexOf(':') + 1);
        return hex.substring(0, Math.min(BRIEF_CHARS, hex.length()));
    }
}
