package io.slipstream.testkit.contract;

import io.slipstream.MaintenanceMode;

/** The engine keeps the contract with maintenance that only its writer ever invokes. */
class EngineWithAnInvokerContractTest extends SnapshotLogContract {
    @Override
    protected LogUnderTest logUnderTest() {
        return new EngineUnderTest(MaintenanceMode.INVOKER);
    }
}
