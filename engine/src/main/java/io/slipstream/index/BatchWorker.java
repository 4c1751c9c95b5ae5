package io.slipstream.index;

import io.slipstream.storage.IoFaults;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

import java.util.concurrent.ThreadFactory;

/**
 * A thread that resolves batches beside the one that reads the log. For that one thread; the table is that of this one until
 * {@link #finish} returns.
 */
final class BatchWorker implements Runnable, AutoCloseable {
    /*
     * Batches go round: filled ones in order through one queue, empty ones back through another. The queues order all access to a batch and, once
     * every batch is back, to the table. Neither side waits for a lock, and neither minds being interrupted: a wait is then only less idle.
     * The thread reads the mapped log, so nobody may unmap it before close() has seen the thread end.
     */
    private static final int BATCHES = 4;
    private static final long MIN_PARK_NANOS = 1_000;
    private static final long MAX_PARK_NANOS = 50_000;
    private static final long SPINS = 200;
    private static final long YIELDS = 20;

    private final KeyTableBuilder table;
    private final OneToOneConcurrentArrayQueue<KeyBatch> filled = new OneToOneConcurrentArrayQueue<>(BATCHES);
    private final OneToOneConcurrentArrayQueue<KeyBatch> empty = new OneToOneConcurrentArrayQueue<>(BATCHES);
    private final IdleStrategy idle = idleStrategy();
    private final Thread thread;
    private volatile boolean closed;
    private volatile Throwable failure;

    private BatchWorker(final KeyTableBuilder table, final KeyHash hash, final int batchWords, final ThreadFactory threads) {
        this.table = table;
        for (int i = 0; i < BATCHES; i++) {
            empty.add(new KeyBatch(hash, batchWords));
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

    private static IdleStrategy idleStrategy() {
        return new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
    }

    @Override
    public void run() {
        final IdleStrategy runIdle = idleStrategy();
        try {
            while (!closed) {
                final KeyBatch batch = filled.poll();
                if (batch == null) {
                    runIdle.idle();
                } else {
                    runIdle.reset();
                    table.apply(batch);
                    IoFaults.settle(); // an error that this thread is owed must not wait for its end
                    batch.clear();
                    empty.add(batch);
                }
            }
        } catch (final Throwable e) {
            failure = e;
        }
    }

    /** An empty batch to fill. */
    KeyBatch take() {
        KeyBatch batch = empty.poll();
        for (idle.reset(); batch == null; batch = empty.poll()) {
            requireRunning();
            idle.idle();
        }
        return batch;
    }

    /** Hands a batch on, and waits until everything handed on is resolved. Until then the table is not to be looked at. */
    void finish(final KeyBatch last) {
        submit(last);
        for (idle.reset(); empty.size() < BATCHES; idle.idle()) {
            requireRunning();
        }
    }

    /** Hands a batch on. */
    void submit(final KeyBatch batch) {
        filled.add(batch);
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
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
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
