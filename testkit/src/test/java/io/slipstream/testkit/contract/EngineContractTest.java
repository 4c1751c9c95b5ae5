package io.slipstream.testkit.contract;

/** The engine keeps the contract. */
class EngineContractTest extends SnapshotLogContract {
    @Override
    protected LogUnderTest logUnderTest() {
        return new EngineUnderTest();
    }
}
