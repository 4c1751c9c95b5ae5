package io.slipstream.testkit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.testkit.bytes.Token;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpsScriptTest {
    private static final List<ModelUpdate> UPDATES = List.of(
        ModelUpdate.put("a", "v", 1),
        ModelUpdate.put("", "", 2),
        ModelUpdate.delete("a", 3),
        ModelUpdate.purge("b", -1),
        new ModelUpdate.Checkpoint(Token.none()),
        ModelUpdate.compact(),
        ModelUpdate.checkpoint(4));

    private static final String SCRIPT = """
        put\t61\t76\t0000000000000001
        put\t\t\t0000000000000002
        delete\t61\t0000000000000003
        purge\t62\tffffffffffffffff
        checkpoint\t
        compact
        checkpoint\t0000000000000004
        """;

    @Test
    void shouldPrintOneStepALine() {
        assertEquals(SCRIPT, OpsScript.print(UPDATES));
    }

    @Test
    void shouldReadBackWhatItPrints() {
        assertEquals(UPDATES, OpsScript.parse(SCRIPT));
    }

    @Test
    void shouldTellADeleteFromAPurge() {
        assertNotEquals(ModelUpdate.delete("a", 1), ModelUpdate.purge("a", 1));
        assertNotEquals(ModelUpdate.put("a", "v", 1), ModelUpdate.put("a", "v", 2));
    }

    @Test
    void shouldPrintAStepAsItsLine() {
        assertEquals("delete\t61\t0000000000000003", ModelUpdate.delete("a", 3).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "'put\t61\t76', 'line 2: no such call: put with 2 arguments'",
        "'force', 'line 2: no such call: force with 0 arguments'",
        "'compact\t', 'line 2: no such call: compact with 1 arguments'"})
    void shouldNameTheLineItCannotRead(final String line, final String message) {
        final Exception e =
            assertThrows(IllegalArgumentException.class, () -> OpsScript.parse("compact\n" + line + "\n"));
        assertEquals(message, e.getMessage());
    }
}
