package sampan.app;

final class Missing {
    @SuppressWarnings("unchecked")
    static <T> T of(Class<T> t) {
        return (T)
                java.lang.reflect.Proxy.newProxyInstance(
                        t.getClassLoader(),
                        new Class<?>[] {t},
                        (p, m, a) -> {
                            throw new sampan.errors.SampanException(
                                    sampan.errors.ErrorCode.UNSUPPORTED,
                                    t.getSimpleName() + " is not there yet");
                        });
    }
}
