package io.slipstream.testkit.properties;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.gen.Damages;
import io.slipstream.testkit.gen.Keys;
import io.slipstream.testkit.gen.Updates;
import io.slipstream.testkit.gen.Values;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.soak.Campaign;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/**
 * The engine against the model through lives of logs: calls, views, copies, followers, closes, loads, deaths of the process and damage, in any
 * order, in segments so short that they grow all the time.
 */
class LogMachineProperties {
    private static final int STEPS = 30;
    private static final int SEGMENT_LENGTH = 4096;

    @Property(tries = 1000, seed = "20261120", edgeCases = EdgeCasesMode.NONE)
    @Label("engine-against-model")
    @AddLifecycleHook(CampaignReport.class)
    void aLogLivesAsItsModelDoes(@ForAll("lives") final ActionChain<LogMachine> life) {
        life.run().close();
    }

    @Property(tries = 100_000, edgeCases = EdgeCasesMode.NONE)
    @Tag(Campaign.SOAK)
    @Label("engine-against-model")
    @AddLifecycleHook(CampaignReport.class)
    void aLogLivesAsItsModelDoesForLong(@ForAll("lives") final ActionChain<LogMachine> life) {
        life.run().close();
    }

    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void aLifeCanBeLivedAgainFromItsScript(@ForAll("lives") final ActionChain<LogMachine> life) {
        final LogMachine lived = life.run();
        lived.close();
        final LogMachine again = LogMachine.run(Step.parse(lived.toString()));

        assertEquals(lived.toString(), again.toString());
        assertArrayEquals(lived.file(), again.file());
    }

    @Provide
    Arbitrary<ActionChain<LogMachine>> lives() {
        return ActionChain.startWith(LogMachine::new)
            .withAction(12, action(puts().map(Step.Call::new)))
            .withAction(4, action(Updates.deletesOn(keys()).map(Step.Call::new)))
            .withAction(1, action(Updates.purgesOn(keys()).map(Step.Call::new)))
            .withAction(5, action(Updates.checkpoints().map(Step.Call::new)))
            .withAction(1, action(Updates.compactions().map(Step.Call::new)))
            .withAction(4, action(Arbitraries.of(Step.Deed.class)))
            .withAction(2, action(Damages.any().map(Step.Harm::new)))
            .withMaxTransformations(STEPS);
    }

    private static Action.Independent<LogMachine> action(final Arbitrary<? extends Step> steps) {
        return () -> steps.map(step -> Transformer.mutate(step.toScript(), machine -> machine.take(step)));
    }

    private static Arbitrary<byte[]> keys() {
        return Arbitraries.frequencyOf(
            Tuple.of(4, Keys.few().map(Utf8::encode)), Tuple.of(1, Keys.anyBytes()));
    }

    private static Arbitrary<ModelUpdate> puts() {
        return Updates.putsOn(keys(), Arbitraries.frequencyOf(
            Tuple.of(20, Values.any()), Tuple.of(1, Values.longerThan(SEGMENT_LENGTH))));
    }
}
