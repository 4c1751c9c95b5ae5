package io.slipstream.testkit.gen;

import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import java.util.ArrayList;
import java.util.List;

/** What a script leaves live, as the shortest script that leaves it. */
final class CompactScript {
    private CompactScript() {
    }

    static List<ModelUpdate> of(final List<ModelUpdate> updates, final byte[] cursor) {
        final List<ModelUpdate> script = new ArrayList<>();
        new ModelState().applyAll(updates).entries().forEach((key, entry) ->
            script.add(new ModelUpdate.Put(key, entry.value(), entry.version())));
        if (cursor.length > 0) {
            script.add(new ModelUpdate.Checkpoint(cursor));
        }
        return script;
    }
}
