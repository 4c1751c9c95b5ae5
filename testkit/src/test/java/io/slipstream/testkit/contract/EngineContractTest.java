package io.slipstream.testkit.contract;

import io.slipstream.MaintenanceMode;

/** The engine keeps the contract. */
class EngineContractTest extends SnapshotLogContract {
    @Override
    protected LogUnderTest logUnderTest() {
        return new EngineUnderTest(MaintenanceMode.INLINE);
    }
}
