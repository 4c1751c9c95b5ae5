package io.slipstream.index;

import io.slipstream.storage.IoFaults;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that resolves batches beside the one that reads the log. For that one thread; the table is that of this one until
 * {@link #finish} returns.
 */
final class BatchWorker implements Runnable, AutoCloseable {
    /*
     * Batches stand in a ring: one side fills them in order, the other resolves them in order, and each counts. The counts order all access to a
     * batch and, once both are equal, to the table. Neither side waits for a lock, and neither minds being interrupted: a wait is then only less
     * idle. The thread reads the mapped log, so nobody may unmap it before close() has seen the thread end.
     *
     * No queue and no idle strategy of a library: the dozen classes behind those take longer to load than a small log to read.
     */
    private static final int BATCHES = 4;
    private static final int SPINS = 200;
    private static final int YIELDS = 20;
    private static final long PARK_NANOS = 50_000;

    private final KeyTableBuilder table;
    private final KeyBatch[] ring = new KeyBatch[BATCHES];
    private final Thread thread;
    private volatile long submitted; // written by the one who hands batches on
    private volatile long resolved; // written by the thread
    private volatile boolean closed;
    private volatile boolean redundant;
    private volatile Throwable failure;

    private BatchWorker(final KeyTableBuilder table, final KeyHash hash, final int batchWords, final ThreadFactory threads) {
        this.table = table;
        for (int i = 0; i < BATCHES; i++) {
            ring[i] = new KeyBatch(hash, batchWords);
        }
        thread = threads.newThread(this);
    }

    /** A worker whose thread runs; null if this process may have no more threads. */
    static BatchWorker start(final KeyTableBuilder table, final KeyHash hash, final int batchWords, final ThreadFactory threads) {
        final BatchWorker worker = new BatchWorker(table, hash, batchWords, threads);
        try {
            worker.thread.start();
            return worker;
        } catch (final OutOfMemoryError e) {
            return null; // what the JVM throws then
        }
    }

    @Override
    public void run() {
        try {
            int waited = 0;
            for (long next = 0; !closed; ) {
                if (next == submitted) {
                    idle(waited++);
                } else {
                    waited = 0;
                    final KeyBatch batch = batch(next);
                    table.apply(batch);
                    IoFaults.settle(); // an error that this thread is owed must not wait for its end
                    batch.clear();
                    redundant = table.isRedundant();
                    resolved = ++next;
                }
            }
        } catch (final Throwable e) {
            failure = e;
        }
    }

    private KeyBatch batch(final long number) {
        return ring[(int) (number % BATCHES)];
    }

    private static void idle(final int waited) {
        if (waited < SPINS) {
            Thread.onSpinWait();
        } else if (waited < SPINS + YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(PARK_NANOS);
        }
    }

    /** An empty batch to fill: the one to {@link #submit} next. */
    KeyBatch take() {
        awaitUnresolved(BATCHES - 1);
        return batch(submitted);
    }

    /** Hands the batch that was taken on. */
    void submit() {
        final long next = submitted + 1;
        submitted = next;
    }

    /** Hands the batch that was taken on, and waits until everything handed on is resolved. Until then the table is not to be looked at. */
    void finish() {
        submit();
        awaitUnresolved(0);
    }

    // Waits until at most so many batches are not resolved.
    private void awaitUnresolved(final long most) {
        for (int waited = 0; submitted - resolved > most; waited++) {
            requireRunning();
            idle(waited);
        }
    }

    /** Whether any record of the batches resolved so far was redundant. */
    boolean isRedundant() {
        return redundant;
    }

    private void requireRunning() {
        final Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Ends the thread, whatever it is doing, and waits for that. Afterwards it touches nothing any more. */
    @Override
    public void close() {
        closed = true;
        ThreadEnd.await(thread);
    }

    /** Threads that do not keep a JVM from ending. */
    static final class DaemonThreads implements ThreadFactory {
        @Override
        public Thread newThread(final Runnable task) {
            final Thread thread = new Thread(task, "slipstream-index");
            thread.setDaemon(true);
            return thread;
        }
    }
}
