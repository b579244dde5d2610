package sampan.oci.image;

/// The file `oci-layout` at the root of an OCI image layout.
public record Layout(String imageLayoutVersion) {
    public static final String FILE = "oci-layout";
    public static final String INDEX_FILE = "index.json";
    public static final Layout CURRENT = new Layout("1.0.0");

    public Layout {
        imageLayoutVersion = Absent.text(imageLayoutVersion);
    }
}
