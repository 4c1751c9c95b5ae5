package io.slipstream.testkit.gen;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutionResult.Status;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** Turns a property around: it must fail, and what jqwik shrank the failing log to must be as simple as it can get. */
final class ExpectedFailure implements AroundPropertyHook {
    private static final int MAX_LINES = 3;

    @Override
    public PropertyExecutionResult aroundProperty(final PropertyLifecycleContext context, final PropertyExecutor property) {
        final PropertyExecutionResult result = property.execute();
        if (result.status() != Status.FAILED) {
            return result.mapToFailed("the property should have failed");
        }
        final DamagedLog shrunk = (DamagedLog) result.falsifiedParameters().orElseThrow().get(0);
        final long lines = shrunk.toString().lines().count();
        return lines <= MAX_LINES && DamagedLog.parse(shrunk.toString()).equals(shrunk)
            ? result.mapToSuccessful()
            : result.mapToFailed("shrunk no further than to\n" + shrunk);
    }
}
