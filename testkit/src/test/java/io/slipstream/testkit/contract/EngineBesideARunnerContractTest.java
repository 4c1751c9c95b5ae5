package io.slipstream.testkit.contract;

import io.slipstream.MaintenanceMode;

/** The engine keeps the contract with maintenance on a thread of its own. */
class EngineBesideARunnerContractTest extends SnapshotLogContract {
    @Override
    protected LogUnderTest logUnderTest() {
        return new EngineUnderTest(MaintenanceMode.RUNNER);
    }
}
