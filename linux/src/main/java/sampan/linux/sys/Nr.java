package sampan.linux.sys;

/// System call numbers of x86-64 (asm/unistd_64.h).
public final class Nr {
    public static final long READ = 0;
    public static final long WRITE = 1;
    public static final long CLOSE = 3;
    public static final long OPENAT = 257;

    private Nr() {}
}
