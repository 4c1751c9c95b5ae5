package io.slipstream.testkit.contract;

import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Scripts drawn from a seed: few keys, awkward ones among them, so that most updates meet one that is live. */
final class Scripts {
    /** In the order of Java's String the last two would change places. */
    private static final List<String> KEYS = List.of(
        "", "a", "b", "aa", "key-1", "key-10", "key-2", "\0", "é", "日本", "\uE000", "\uFFFD", "\uD83D\uDE00");
    private static final int MAX_VALUE_LENGTH = 700;
    private static final int MAX_TOKEN_LENGTH = 10;

    private Scripts() {
    }

    static List<ModelUpdate> random(final long seed, final int length) {
        final Random random = new Random(seed);
        final List<ModelUpdate> script = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            script.add(update(random));
        }
        return script;
    }

    private static ModelUpdate update(final Random random) {
        final byte[] key = Utf8.encode(KEYS.get(random.nextInt(KEYS.size())));
        final byte[] token = bytes(random, MAX_TOKEN_LENGTH);
        final int kind = random.nextInt(100);
        if (kind < 60) {
            return new ModelUpdate.Put(key, bytes(random, MAX_VALUE_LENGTH), token);
        }
        if (kind < 75) {
            return new ModelUpdate.Delete(key, token);
        }
        if (kind < 80) {
            return new ModelUpdate.Purge(key, token);
        }
        return kind < 96 ? new ModelUpdate.Checkpoint(token) : new ModelUpdate.Compact();
    }

    private static byte[] bytes(final Random random, final int maxLength) {
        final byte[] bytes = new byte[random.nextInt(maxLength + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
