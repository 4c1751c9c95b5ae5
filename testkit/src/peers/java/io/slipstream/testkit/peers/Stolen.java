package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine below took from the processors of this one, all together, since it started. */
final class Stolen {
    private static final Path STATE = Path.of("/proc/stat");
    private static final int FIELD = 8;
    private static final double MS_PER_TICK = 10;

    private Stolen() {
    }

    static double ms() throws IOException {
        if (!Files.isReadable(STATE)) {
            return 0;
        }
        final String[] words = Files.readAllLines(STATE, StandardCharsets.US_ASCII).get(0).split(" +");
        return words.length > FIELD ? MS_PER_TICK * Double.parseDouble(words[FIELD]) : 0;
    }
}
