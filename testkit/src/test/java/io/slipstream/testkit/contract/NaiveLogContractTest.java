package io.slipstream.testkit.contract;

/** A log that shares no code with the engine keeps the contract too: the suite is not cut to the engine. */
class NaiveLogContractTest extends SnapshotLogContract {
    @Override
    protected LogUnderTest logUnderTest() {
        return new NaiveLog(NaiveLog.Fault.NONE);
    }
}
