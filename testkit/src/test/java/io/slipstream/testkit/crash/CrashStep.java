package io.slipstream.testkit.crash;

import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.model.ModelUpdate;

/** One step of a script that crashes are simulated in. */
sealed interface CrashStep {
    /** An update, a checkpoint, or a compaction. */
    record Do(ModelUpdate update) implements CrashStep {
        @Override
        public String toString() {
            return update.toScript();
        }
    }

    /** A force. */
    record Force() implements CrashStep {
        @Override
        public String toString() {
            return "force";
        }
    }

    /** A force that fails by losing what it should have written: the n-th of those that the engine asks the disk for from now on. */
    record LoseForce(int n) implements CrashStep {
        @Override
        public String toString() {
            return "lose force " + n;
        }
    }

    /** The n-th operation that the engine asks the storage for from now on fails, before or after its effect. */
    record FailOperation(int n, FaultyStorage.Moment when) implements CrashStep {
        @Override
        public String toString() {
            return "fail operation " + n + " " + when;
        }
    }

    /** The next operation of that kind fails, before or after its effect. */
    record FailNext(Operation.Kind kind, FaultyStorage.Moment when) implements CrashStep {
        @Override
        public String toString() {
            return "fail next " + kind + " " + when;
        }
    }

    /** The disk takes so many bytes more, until something fails. */
    record FillUp(int bytes) implements CrashStep {
        @Override
        public String toString() {
            return "fill up after " + bytes;
        }
    }

    /** Maintenance is invoked so many times. */
    record Maintain(int times) implements CrashStep {
        @Override
        public String toString() {
            return "maintain " + times;
        }
    }

    /** Maintenance is invoked until the log is in that state. */
    record MaintainUntil(String state) implements CrashStep {
        @Override
        public String toString() {
            return "maintain until " + state;
        }
    }

    /** A force that maintenance shall do. */
    record RequestForce() implements CrashStep {
        @Override
        public String toString() {
            return "request force";
        }
    }

    /** A clean close, and another open. */
    record Reopen() implements CrashStep {
        @Override
        public String toString() {
            return "reopen";
        }
    }

    /** A clean close, a load, and another open. */
    record Load() implements CrashStep {
        @Override
        public String toString() {
            return "load";
        }
    }

    /**
     * The process dies, and another opens the log, or loads it first. The n-th force that it asks the disk for is lost; none if that is 0.
     */
    record Die(boolean loads, int lostForce) implements CrashStep {
        @Override
        public String toString() {
            return "die" + (loads ? ", load" : "") + (lostForce > 0 ? ", lose force " + lostForce : "");
        }
    }
}
