package io.slipstream.index;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that makes arrays ahead of the one that fills them: to make one touches all its pages for the first time. For that one thread. At most two
 * are made that nobody takes.
 */
final class ArraySupply implements Runnable {
    /*
     * Nobody ever waits for an array: who finds none makes it. So this thread may be late, or may end for want of memory, and nothing comes of it.
     */
    private static final long WAIT_NANOS = 50_000;

    private final int arrayLength;
    private final int count;
    private final AtomicReference<byte[]> ready = new AtomicReference<>();
    private final Thread thread = new Thread(this, "slipstream-load");
    private volatile boolean stopped;

    private ArraySupply(final int arrayLength, final int count) {
        this.arrayLength = arrayLength;
        this.count = count;
        thread.setDaemon(true);
    }

    /** A supply of {@code count} arrays; null if this process may have no more threads. */
    static ArraySupply start(final int arrayLength, final int count) {
        final ArraySupply supply = new ArraySupply(arrayLength, count);
        try {
            supply.thread.start();
            return supply;
        } catch (final OutOfMemoryError e) {
            return null; // what the JVM throws then
        }
    }

    @Override
    public void run() {
        try {
            for (int i = 0; i < count && !stopped; i++) {
                final byte[] array = new byte[arrayLength];
                while (!stopped && !ready.compareAndSet(null, array)) {
                    LockSupport.parkNanos(WAIT_NANOS);
                }
            }
        } catch (final OutOfMemoryError e) {
            stopped = true; // who needs one makes it, and hears of it
        }
    }

    /** An array. */
    byte[] take() {
        final byte[] array = ready.getAndSet(null);
        if (array == null) {
            return new byte[arrayLength];
        }
        LockSupport.unpark(thread);
        return array;
    }

    /** Ends the thread and waits for that. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread);
    }
}
