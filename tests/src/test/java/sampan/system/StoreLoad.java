package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// One worker's images and volumes, and what it puts into the container that is its own.
final class StoreLoad {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final int CONTENT_BYTES = 200_000;

    private final EngineCalls calls;
    private final Ledger ledger;
    private final Random random;
    private final String container;
    private String shares = "0";

    /// @param container that lasts, and that no other worker changes
    StoreLoad(EngineCalls calls, Ledger ledger, Random random, String container) {
        this.calls = calls;
        this.ledger = ledger;
        this.random = random;
        this.container = container;
    }

    void step() {
        switch (random.nextInt(6)) {
            case 0 -> imported();
            case 1 -> loaded();
            case 2 -> committed();
            case 3 -> volume();
            case 4 -> copied();
            default -> updated();
        }
    }

    private byte[] content() {
        byte[] bytes = new byte[CONTENT_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private void imported() {
        int number = SERIAL.incrementAndGet();
        image(
                "imported:" + number,
                () ->
                        calls.send(
                                200,
                                "POST",
                                "/images/create?fromSrc=-&repo=imported&tag=" + number,
                                new Tar().file("content", content(), 0644).end()));
    }

    private void loaded() {
        String name = "loaded:" + SERIAL.incrementAndGet();
        byte[] layer = new Tar().file("content", content(), 0644).end();
        image(name, () -> calls.send(200, "POST", "/images/load", Images.archive(name, layer)));
    }

    private void committed() {
        int number = SERIAL.incrementAndGet();
        image(
                "committed:" + number,
                () ->
                        calls.post(
                                201,
                                "/commit?container="
                                        + container
                                        + "&repo=committed&pause=0&tag="
                                        + number,
                                "{}"));
    }

    /// Where it exists it is whole: it can be written out again.
    private void image(String name, Runnable making) {
        ledger.note(
                name,
                "image asked",
                () -> {
                    if (calls.get("/images/" + name + "/json").status() != 404) {
                        whole(name);
                    }
                });
        making.run();
        ledger.note(name, "image made", () -> whole(name));
    }

    private void whole(String name) {
        calls.expect(200, calls.get("/images/" + name + "/json"));
        UnixHttp.Answer saved = calls.expect(200, calls.get("/images/" + name + "/get"));
        assertThat(saved.body().length).as(name).isGreaterThan(1024);
        calls.delete(200, "/images/" + name + "?force=1");
    }

    private void volume() {
        String name = "volume" + SERIAL.incrementAndGet();
        ledger.note(name, "volume asked", () -> removeVolume(name));
        calls.post(201, "/volumes/create", "{\"Name\":\"" + name + "\"}");
        ledger.note(
                name,
                "volume made",
                () -> {
                    calls.expect(200, calls.get("/volumes/" + name));
                    removeVolume(name);
                });
        if (random.nextBoolean()) {
            ledger.note(name, "removal of volume asked", () -> removeVolume(name));
            calls.delete(204, "/volumes/" + name);
            ledger.note(
                    name, "volume removed", () -> calls.expect(404, calls.get("/volumes/" + name)));
        }
    }

    private void removeVolume(String name) {
        if (calls.get("/volumes/" + name).status() == 200) {
            calls.delete(204, "/volumes/" + name);
        }
    }

    private void copied() {
        String name = "copied" + SERIAL.incrementAndGet();
        calls.send(
                200,
                "PUT",
                "/containers/" + container + "/archive?path=/tmp",
                new Tar().file(name, "content of " + name).end());
        ledger.note(
                name,
                "copied",
                () -> {
                    UnixHttp.Answer back =
                            calls.expect(
                                    200,
                                    calls.get(
                                            "/containers/"
                                                    + container
                                                    + "/archive?path=/tmp/"
                                                    + name));
                    assertThat(new String(back.body(), StandardCharsets.ISO_8859_1))
                            .contains("content of " + name);
                });
    }

    /// What inspect says and what the kernel does are the same, whatever was asked last.
    private void updated() {
        String before = shares;
        String next = Integer.toString(random.nextInt(100, 2000));
        ledger.note(
                container + " shares",
                "update asked",
                () -> {
                    String now = shares();
                    assertThat(now).isIn(before, next);
                    shares = now;
                });
        calls.post(200, "/containers/" + container + "/update", "{\"CpuShares\":" + next + "}");
        ledger.note(container + " shares", "updated", () -> assertThat(shares()).isEqualTo(next));
        shares = next;
    }

    private String shares() {
        return calls.inspect(container).path("HostConfig").path("CpuShares").asString();
    }
}
