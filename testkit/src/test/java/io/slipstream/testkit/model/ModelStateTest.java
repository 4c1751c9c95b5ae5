package io.slipstream.testkit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelStateTest {
    @Test
    void shouldStartEmpty() {
        final ModelState state = new ModelState();
        assertTrue(state.isEmpty());
        assertFalse(state.hasCursor());
        assertArrayEquals(new LogBuilder().header().toBytes(), state.compactForm());
    }

    @Test
    void shouldKeepTheLastPutOfAKey() {
        final ModelState state = new ModelState()
            .apply(ModelUpdate.put("a", "1", 1))
            .apply(ModelUpdate.put("a", "2", 2));
        assertEquals(Optional.of(new ModelEntry(new byte[] {'2'}, Token.of(2))), state.entry("a"));
    }

    @Test
    void shouldForgetADeletedAndAPurgedKey() {
        final ModelState state = new ModelState().applyAll(List.of(
            ModelUpdate.put("a", "1", 1), ModelUpdate.put("b", "1", 2), ModelUpdate.put("c", "1", 3),
            ModelUpdate.delete("a", 4), ModelUpdate.purge("b", 5), ModelUpdate.delete("absent", 6)));
        assertEquals(List.of("c"), state.keys());
    }

    @Test
    void shouldReadAnEmptyCursorAsNone() {
        final ModelState state = new ModelState()
            .apply(ModelUpdate.checkpoint(1))
            .apply(new ModelUpdate.Checkpoint(Token.none()));
        assertFalse(state.hasCursor());
        assertTrue(state.isEmpty());
    }

    @Test
    void shouldSortByUnsignedBytesAndNotAsJavaDoes() {
        final ModelState state = new ModelState().applyAll(List.of(
            ModelUpdate.put("\ud83d\ude00", "", 1), ModelUpdate.put("\uffff", "", 2), ModelUpdate.put("a", "", 3),
            ModelUpdate.put("", "", 4), ModelUpdate.put("aa", "", 5)));
        assertEquals(List.of("", "a", "aa", "\uffff", "\ud83d\ude00"), state.keys());
    }

    @Test
    void shouldHaveOneCompactFormWhateverTheWay() {
        final ModelState straight = new ModelState().applyAll(List.of(
            ModelUpdate.put("a", "1", 1), ModelUpdate.put("b", "2", 2), ModelUpdate.checkpoint(2)));
        final ModelState detour = new ModelState().applyAll(List.of(
            ModelUpdate.put("b", "2", 2), ModelUpdate.checkpoint(1), ModelUpdate.put("c", "3", 1),
            ModelUpdate.delete("c", 2), ModelUpdate.put("a", "1", 1), ModelUpdate.checkpoint(2)));

        assertEquals(straight, detour);
        assertEquals(straight.sha256(), detour.sha256());
        assertArrayEquals(
            new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).cursor(2).toBytes(), detour.compactForm());
    }

    @Test
    void shouldTellStatesApartByVersionAndCursor() {
        final ModelState state = new ModelState().apply(ModelUpdate.put("a", "1", 1));
        assertNotEquals(state, new ModelState().apply(ModelUpdate.put("a", "1", 2)));
        assertNotEquals(state, new ModelState(state).apply(ModelUpdate.checkpoint(1)));
    }

    @Test
    void shouldCopyIndependently() {
        final ModelState state = new ModelState().apply(ModelUpdate.put("a", "1", 1));
        new ModelState(state).apply(ModelUpdate.delete("a", 2)).apply(ModelUpdate.checkpoint(3));
        assertEquals(new ModelState().apply(ModelUpdate.put("a", "1", 1)), state);
    }
}
