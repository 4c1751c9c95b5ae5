package io.slipstream.testkit.properties;

import java.util.Locale;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** Prints the line of a campaign behind a property: what ran, how often, with which seed, for how long. */
final class CampaignReport implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(final PropertyLifecycleContext context, final PropertyExecutor property) {
        LogMachine.figures();
        final long startedNanos = System.nanoTime();
        final PropertyExecutionResult result = property.execute();
        System.out.printf(Locale.ROOT, "campaign=%s count=%d seed=%s seconds=%.1f %s%n",
            context.label(), result.countTries(), result.seed().orElse("none"), (System.nanoTime() - startedNanos) / 1e9, LogMachine.figures());
        return result;
    }
}
