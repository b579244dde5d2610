package sampan.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// RFC 7541: its own examples, the table against a model of it, and blocks that are none.
class HpackTest {
    private static final int BLOCK_BYTES_MAX = 64 << 10;
    private static final int SCRATCH_BYTES =
            BLOCK_BYTES_MAX * 16 / 5 + HpackDecoder.TABLE_BYTES_MAX;
    private static final int STATIC = 61;
    private static final int ENTRY_BYTES = 32;

    private static final long SCRATCH = Memory.allocate(SCRATCH_BYTES);
    private static final long TABLE = Memory.allocate(HpackDecoder.TABLE_BYTES_MAX);
    private static final long BLOCK = Memory.allocate(BLOCK_BYTES_MAX);

    private final HpackDecoder decoder = new HpackDecoder(SCRATCH, SCRATCH_BYTES);
    private final List<String> fields = new ArrayList<>();

    HpackTest() {
        decoder.lend(TABLE);
    }

    private boolean decode(byte[] block) {
        fields.clear();
        Memory.copy(block, BLOCK);
        return decoder.decode(
                BLOCK,
                BLOCK + block.length,
                (name, nameLength, value, valueLength) ->
                        fields.add(
                                Octets.text(name, name + nameLength)
                                        + ": "
                                        + Octets.text(value, value + valueLength)));
    }

    private void decodes(String hex, String... expected) {
        assertThat(decode(HexFormat.of().parseHex(hex.replace(" ", "")))).as(hex).isTrue();
        assertThat(fields).containsExactly(expected);
    }

    @Test
    void readsTheRepresentationsOfAppendixC2() {
        decodes(
                "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
                "custom-key: custom-header");
        decodes("040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path");
        decodes("1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret");
        decodes("82", ":method: GET");
        decodes("be", "custom-key: custom-header");
    }

    private static final String[] FIRST_REQUEST = {
        ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"
    };
    private static final String[] SECOND_REQUEST = {
        ":method: GET",
        ":scheme: http",
        ":path: /",
        ":authority: www.example.com",
        "cache-control: no-cache"
    };
    private static final String[] THIRD_REQUEST = {
        ":method: GET",
        ":scheme: https",
        ":path: /index.html",
        ":authority: www.example.com",
        "custom-key: custom-value"
    };

    @Test
    void readsTheRequestsOfAppendixC3() {
        decodes("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", FIRST_REQUEST);
        decodes("8286 84be 5808 6e6f 2d63 6163 6865", SECOND_REQUEST);
        decodes(
                "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
                THIRD_REQUEST);
    }

    @Test
    void readsTheHuffmanRequestsOfAppendixC4() {
        decodes("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", FIRST_REQUEST);
        decodes("8286 84be 5886 a8eb 1064 9cbf", SECOND_REQUEST);
        decodes("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", THIRD_REQUEST);
    }

    private static final String TABLE_OF_256 = "3fe1 01 ";
    private static final String DATE = "date: Mon, 21 Oct 2013 20:13:21 GMT";
    private static final String LOCATION = "location: https://www.example.com";

    @Test
    void readsTheResponsesOfAppendixC5ThatEvictOneAnother() {
        decodes(
                TABLE_OF_256
                        + "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420"
                        + "3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77"
                        + "7777 2e65 7861 6d70 6c65 2e63 6f6d",
                ":status: 302",
                "cache-control: private",
                DATE,
                LOCATION);
        decodes("4803 3330 37c1 c0bf", ":status: 307", "cache-control: private", DATE, LOCATION);
        decodes(
                "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d"
                        + "54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157"
                        + "454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b"
                        + "2076 6572 7369 6f6e 3d31",
                last());
    }

    private static String[] last() {
        return new String[] {
            ":status: 200",
            "cache-control: private",
            "date: Mon, 21 Oct 2013 20:13:22 GMT",
            LOCATION,
            "content-encoding: gzip",
            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"
        };
    }

    @Test
    void readsTheHuffmanResponsesOfAppendixC6() {
        decodes(
                TABLE_OF_256
                        + "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81"
                        + "66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
                ":status: 302",
                "cache-control: private",
                DATE,
                LOCATION);
        decodes("4883 640e ffc1 c0bf", ":status: 307", "cache-control: private", DATE, LOCATION);
        decodes(
                "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab"
                        + "77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27"
                        + "0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
                last());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // index 0
                "be", // beyond an empty table
                "ff 00", // 127, beyond it too
                "7f 00 01 61", // a name beyond it
                "ff ff ff ff ff 0f", // a number of over 28 bits
                "ff 80 80 80 80 00", // one with more octets than it needs
                "ff", // a number that is cut
                "40", // no name
                "40 01", // a name that is cut
                "40 01 61", // no value
                "40 01 61 05 62", // a value that is cut
                "40 01 61 7f ff ff ff 7f", // one as long as a quarter of all memory
                "3f e2 1f", // a table of 4097
                "82 20", // its size behind a field
                "40 84 ff ff ff ff 01 61", // Huffman's end of string
                "40 81 00 01 61", // padding that is not ones
                "40 82 07 ff 01 61", // padding of over seven bits
                "40 81 ff 01 61", // nothing but padding of eight
            })
    void refusesWhatIsNoBlock(String hex) {
        assertThat(decode(HexFormat.of().parseHex(hex.replace(" ", "")))).isFalse();
    }

    @Test
    void paddingMayBeShortOrNone() {
        decodes("40 81 07 01 61", "0: a"); // 00000 and three ones
        decodes("40 85 00 00 00 00 00 01 61", "00000000: a"); // eight codes of five bits
        decodes("40 80 01 61", ": a");
    }

    @Test
    void aTableOfNothingForgetsAllAndOneThatGrowsAgainRemembersNothing() {
        decodes("4001 6101 62", "a: b");
        decodes("be", "a: b");
        decodes("20 3f e1 1f 82", ":method: GET");
        assertThat(decode(new byte[] {(byte) 0xBE})).isFalse();
    }

    @Test
    void aFieldLargerThanTheTableEmptiesIt() {
        decodes("4001 6101 62", "a: b");
        ByteArrayOutputStream large = new ByteArrayOutputStream();
        number(large, 0x40, 6, 0);
        text(large, "c");
        text(large, "x".repeat(5000));
        assertThat(decode(large.toByteArray())).isTrue();
        assertThat(decode(new byte[] {(byte) 0xBE})).isFalse();
    }

    /// What RFC 7541 section 4 says, as plainly as it can be written; the newest is first.
    private static final class Model {
        private final List<String[]> entries = new ArrayList<>();
        private int sizeMax = HpackDecoder.TABLE_BYTES_MAX;

        private static int size(String[] entry) {
            return entry[0].length() + entry[1].length() + ENTRY_BYTES;
        }

        private void evict(int room) {
            while (!entries.isEmpty()
                    && entries.stream().mapToInt(Model::size).sum() + room > sizeMax) {
                entries.removeLast();
            }
        }

        private void add(String name, String value) {
            String[] entry = {name, value};
            evict(size(entry));
            if (size(entry) <= sizeMax) {
                entries.addFirst(entry);
            }
        }
    }

    private static void number(ByteArrayOutputStream out, int first, int bits, int value) {
        int mask = (1 << bits) - 1;
        if (value < mask) {
            out.write(first | value);
            return;
        }
        out.write(first | mask);
        int rest = value - mask;
        for (; rest >= 128; rest >>= 7) {
            out.write(rest & 127 | 128);
        }
        out.write(rest);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        number(out, 0, 7, text.length());
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String word(Random random) {
        int most = random.nextInt(50) == 0 ? 5000 : random.nextInt(8) == 0 ? 700 : 40;
        char letter = (char) ('a' + random.nextInt(26));
        return Character.toString(letter).repeat(1 + random.nextInt(most));
    }

    @Test
    void theTableIsThatOfTheModelWhateverComes() {
        Random random = new Random(7541);
        Model model = new Model();
        for (int block = 0; block < 5_000; block++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            List<String> expected = new ArrayList<>();
            if (random.nextInt(20) == 0) {
                model.sizeMax = random.nextInt(HpackDecoder.TABLE_BYTES_MAX + 1);
                model.evict(0);
                number(out, 0x20, 5, model.sizeMax);
            }
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                step(random, model, out, expected);
            }
            assertThat(decode(out.toByteArray())).as("block %s", block).isTrue();
            assertThat(fields).as("block %s", block).isEqualTo(expected);
        }
    }

    private static void step(
            Random random, Model model, ByteArrayOutputStream out, List<String> expected) {
        int known = model.entries.size();
        int at = known == 0 ? 0 : random.nextInt(known);
        int kind = random.nextInt(known == 0 ? 2 : 4);
        if (kind == 3) {
            String[] entry = model.entries.get(at);
            number(out, 0x80, 7, STATIC + 1 + at);
            expected.add(entry[0] + ": " + entry[1]);
            return;
        }
        boolean keeps = kind != 0;
        String value = word(random);
        String name = kind == 2 ? model.entries.get(at)[0] : word(random);
        number(out, keeps ? 0x40 : 0, keeps ? 6 : 4, kind == 2 ? STATIC + 1 + at : 0);
        if (kind != 2) {
            text(out, name);
        }
        text(out, value);
        expected.add(name + ": " + value);
        if (keeps) {
            model.add(name, value);
        }
    }

    @Test
    void whatIsEncodedIsDecoded() {
        HpackEncoder encoder = new HpackEncoder(BLOCK_BYTES_MAX);
        encoder.begin();
        List<String> expected = new ArrayList<>();
        for (int status = 200; status < 600; status++) {
            encoder.status(status);
            expected.add(":status: " + status);
        }
        long text = Memory.allocate(1024);
        String written = "X-Name" + "v".repeat(500);
        Memory.copy(Octets.ascii(written), text);
        for (int length = 0; length < 500; length += 7) {
            encoder.field(text, text + 6, text + 6, text + 6 + length, length % 2 == 0);
            expected.add("x-name: " + "v".repeat(length));
        }
        assertThat(encoder.isFull()).isFalse();
        assertThat(decode(Memory.bytes(encoder.start(), encoder.length()))).isTrue();
        assertThat(fields).isEqualTo(expected);
        encoder.begin();
        while (!encoder.isFull()) {
            encoder.field(text, text + 6, text + 6, text + 506, false);
        }
        assertThat(encoder.length()).isLessThanOrEqualTo(BLOCK_BYTES_MAX);
    }
}
