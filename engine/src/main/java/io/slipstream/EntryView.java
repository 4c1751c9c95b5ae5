package io.slipstream;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A live entry read in place. Make one per thread and let {@link SnapshotView} attach it again and again: nothing is allocated.
 *
 * <p>Single thread; shows an entry until it is attached to the next. Once its view is closed every method throws
 * {@link IllegalStateException}. The buffers handed out stay readable all the same, for as long as anything holds them, but are attached
 * anew with this; do not write into them.
 */
public final class EntryView {
    private static final int SETTLED_LENGTH = 1 << 20;
    private static final long ATTACHED = -1;

    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer version = new UnsafeBuffer(0, 0);
    private SnapshotView view;
    private LogBytes bytes;
    private long valueLength;
    private boolean isVersionHandedOut; // whoever holds its buffer sees it attached anew with this
    private long tokenLengthPosition; // of a version that is still to be attached: it lies behind the value, in a line of memory of its own

    /** Creates a view that shows nothing yet. */
    public EntryView() {
        Platform.requireExports();
    }

    void wrap(final SnapshotView owner, final LogBytes bytes, final long position) {
        final int keyLength = bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
        final long valueLength = bytes.intAt(position + RecordLayout.valueLengthOffset(keyLength));
        bytes.wrap(key, position + RecordLayout.KEY_OFFSET, keyLength);
        bytes.wrap(value, position + RecordLayout.valueOffset(keyLength), valueLength > LogBytes.MAX_WRAP_LENGTH ? 0 : (int) valueLength);
        this.valueLength = valueLength;
        this.tokenLengthPosition = position + RecordLayout.putTokenLengthOffset(keyLength, valueLength);
        this.bytes = bytes;
        view = owner;
        if (isVersionHandedOut) {
            attachVersion();
        }
    }

    /** The key's bytes, UTF-8. */
    public DirectBuffer key() {
        requireOpen();
        return key;
    }

    /**
     * The value's bytes.
     *
     * @throws IllegalStateException if there are more than 1 GiB of them, too many for one buffer; {@link Snapshot#load} can still copy them
     */
    public DirectBuffer value() {
        requireOpen();
        if (valueLength > LogBytes.MAX_WRAP_LENGTH) {
            throw new IllegalStateException("value too long for one buffer: length=" + valueLength + " max=" + LogBytes.MAX_WRAP_LENGTH);
        }
        return value;
    }

    /** Number of the value's bytes. */
    public long valueLength() {
        requireOpen();
        return valueLength;
    }

    /** The version's bytes, 0 to 10. */
    public DirectBuffer version() {
        final DirectBuffer token = token();
        isVersionHandedOut = true;
        return token;
    }

    private DirectBuffer token() {
        requireOpen();
        if (tokenLengthPosition != ATTACHED) {
            attachVersion();
        }
        return version;
    }

    private void attachVersion() {
        try {
            final int tokenLength = bytes.byteAt(tokenLengthPosition) & 0xFF;
            bytes.wrap(version, tokenLengthPosition + RecordLayout.TOKEN_LENGTH_FIELD, tokenLength);
            tokenLengthPosition = ATTACHED;
        } catch (final InternalError e) {
            throw new UncheckedIOException(IoFaults.toIoException(e, view.path()));
        } catch (final IndexOutOfBoundsException e) {
            throw new UncheckedIOException(IoFaults.nonsense(e, view.path()));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The version as a number, if it is the 8 bytes of a revision. {@link IllegalStateException} otherwise. */
    public long revision() {
        final DirectBuffer token = token();
        if (token.capacity() != Long.BYTES) {
            throw new IllegalStateException("not a revision: length=" + token.capacity() + " expected=" + Long.BYTES);
        }
        return token.getLong(0, ByteOrder.BIG_ENDIAN);
    }

    /** An owned copy of the entry. */
    public KvEntry toOwned() {
        final DirectBuffer valueBytes = value();
        try {
            return new KvEntry(new String(copy(key), StandardCharsets.UTF_8), copy(valueBytes), VersionToken.wrap(copy(token())));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static byte[] copy(final DirectBuffer buffer) {
        if (buffer.capacity() > SETTLED_LENGTH) {
            IoFaults.settle(); // the length itself may be what a failed read left behind
        }
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private void requireOpen() {
        if (view == null) {
            throw new IllegalStateException("this entry view was attached to no entry yet");
        }
        view.requireOpen();
    }
}
