package io.slipstream.testkit.planted;

import static io.slipstream.testkit.planted.PlantedBug.named;

import java.util.List;
import java.util.stream.Stream;

/** The bugs. What is sought, and what takes its place, is Java as it stands in the engine's sources. */
final class PlantedBugs {
    private static final String APPENDER = "writer/RecordAppender.java";
    private static final String SHORT = "writer/ShortRecord.java";
    private static final String LOG = "SnapshotLog.java";
    private static final String WRITABLE = "WritableLog.java";
    private static final String COMPACTOR = "Compactor.java";
    private static final String LAG = "LagWatch.java";
    private static final String OPENED = "OpenedLog.java";
    private static final String MARK = "mark/Mark.java";
    private static final String JUDGE = "replay/TailJudge.java";
    private static final String SCANNER = "replay/RecordScanner.java";
    private static final String EVERY_STATE = "crash.EveryStateTest#shouldLoseNothingPromisedInAnyState";

    /** All of them. */
    static final List<PlantedBug> ALL = Stream.of(
            append(), publish(), open(), verdict(), forceAndClose(), mark(), compactForm(), index(), lock(), rotation())
        .flatMap(List::stream)
        .toList();

    private PlantedBugs() {
    }

    private static List<PlantedBug> append() {
        final String check = "planted.CommitOrderCheck";
        return List.of(
            named("crc first", "a process killed in an append leaves a crc over bytes that are not there")
                .in(APPENDER,
                    """
                            storeFrame(target, at, type, keyLength, valueLength, tokenLengthOffset, tokenLength);
                            target.putBytes(at + TYPE_OFFSET, scratch, TYPE_OFFSET, length - TYPE_OFFSET);
                            crc.reset();
                            crc.update(scratch, TYPE_OFFSET, length - TYPE_OFFSET);
                            seal(target, at, (int) crc.getValue());
                    """,
                    """
                            crc.reset();
                            crc.update(scratch, TYPE_OFFSET, length - TYPE_OFFSET);
                            seal(target, at, (int) crc.getValue());
                            storeFrame(target, at, type, keyLength, valueLength, tokenLengthOffset, tokenLength);
                            target.putBytes(at + TYPE_OFFSET, scratch, TYPE_OFFSET, length - TYPE_OFFSET);
                    """)
                .caughtBy(check + "#shouldLeaveAnUncommittedPut")
                .caughtBy(check + "#shouldLeaveAnUncommittedDelete")
                .caughtBy(check + "#shouldLeaveAnUncommittedCursor"),
            named("crc first in a short put from buffers", "the same, for the records that are built apart")
                .in(APPENDER,
                    """
                            target.putBytes(at + TYPE_OFFSET, record.bytes(), record.start(), length - TYPE_OFFSET);
                            seal(target, at, record.crc());
                    """,
                    """
                            seal(target, at, record.crc());
                            target.putBytes(at + TYPE_OFFSET, record.bytes(), record.start(), length - TYPE_OFFSET);
                    """)
                .caughtBy(check + "#shouldLeaveAnUncommittedPutFromBuffers"),
            named("no fence before the crc", "the crc may be stored before the bytes it vouches for")
                .in(APPENDER, "        VarHandle.releaseFence(); // K1\n        lastCrc = sum;\n", "        lastCrc = sum;\n")
                .caughtBy(check + "#shouldLeaveAnUncommittedPut")
                .caughtBy(check + "#shouldLeaveAnUncommittedPutFromBuffers")
                .caughtBy(check + "#shouldLeaveAnUncommittedRecordThatIsWrittenInPieces"),
            named("a longer record's bytes left in front of a short one", "the crc is not that of the record: the log is refused")
                .in(SHORT, "            bytes.setMemory(WINDOW_LENGTH - length, length - recordLength, (byte) 0);\n", "")
                .caughtBy(check + "#shouldLeaveAnUncommittedPutFromBuffersOfAnyLength"),
            named("a short record's zeros not allowed for", "the crc is not that of the record: the log is refused")
                .in(SHORT, "        UnsafeApi.putInt(null, address, LEADS[start()]);\n", "        UnsafeApi.putInt(null, address, LEADS[100]);\n")
                .caughtBy(check + "#shouldLeaveAnUncommittedPutFromBuffersOfAnyLength"),
            named("no fence between lengths and body", "the body may be stored before the length that covers it: a false 'corrupted' after a kill")
                .in(APPENDER,
                    """
                            target.putByte(at + tokenLengthOffset, (byte) tokenLength);
                            VarHandle.releaseFence();
                    """,
                    """
                            target.putByte(at + tokenLengthOffset, (byte) tokenLength);
                    """)
                .caughtBy(check + "#shouldLeaveAnUncommittedDelete"),
            named("no fence between the lengths", "a length may be stored before the one that places it")
                .in(APPENDER,
                    """
                            if (type == PUT) {
                                VarHandle.releaseFence();
                    """,
                    """
                            if (type == PUT) {
                    """)
                .caughtBy(check + "#shouldLeaveAnUncommittedPut"),
            named("lengths in the wrong order", "a kill between two lengths leaves one where the reader expects zeros: a false 'corrupted'")
                .in(APPENDER,
                    """
                            if (type != CURSOR) {
                                VarHandle.releaseFence();
                                target.putShort(at + KEY_LENGTH_OFFSET, (short) keyLength, BYTE_ORDER);
                            }
                            if (type == PUT) {
                                VarHandle.releaseFence();
                                target.putInt(at + valueLengthOffset(keyLength), valueLength, BYTE_ORDER);
                            }
                    """,
                    """
                            if (type == PUT) {
                                VarHandle.releaseFence();
                                target.putInt(at + valueLengthOffset(keyLength), valueLength, BYTE_ORDER);
                            }
                            if (type != CURSOR) {
                                VarHandle.releaseFence();
                                target.putShort(at + KEY_LENGTH_OFFSET, (short) keyLength, BYTE_ORDER);
                            }
                    """)
                .caughtBy(check + "#shouldLeaveAnUncommittedPutFromBuffers"),
            named("type last", "a kill in an append leaves a length without a type")
                .in(APPENDER,
                    """
                            target.putByte(at + TYPE_OFFSET, (byte) type);
                            if (type != CURSOR) {
                    """,
                    """
                            if (type != CURSOR) {
                    """)
                .caughtBy(check + "#shouldLeaveAnUncommittedDelete"),
            named("half a record left behind", "a record whose value could not be read stands in the way of the next one")
                .in(APPENDER, "                clear(target, at, frameEnd, length);\n", "")
                .caughtBy(check + "#shouldLeaveNothingOfARecordThatCouldNotBeRead"),
            named("half a record cleared from the front", "a kill while it is cleared leaves bytes that no length covers")
                .in(APPENDER,
                    "for (int i = frameEnd - 1; i >= TYPE_OFFSET; i--) {",
                    "for (int i = TYPE_OFFSET; i < frameEnd; i++) {")
                .caughtBy(check + "#shouldLeaveNothingOfARecordThatCouldNotBeRead"),
            named("token bytes turned round", "a revision is written little-endian")
                .in(APPENDER, "revision, ByteOrder.BIG_ENDIAN", "revision, ByteOrder.LITTLE_ENDIAN")
                .in(SHORT, "Long.reverseBytes(revision)", "revision")
                .caughtBy("golden.GoldenScriptTest#shouldWriteTheSameBytesFromBuffers"),
            named("segment not filled", "a full disk is found by a store, as a fault, and not when the log grows")
                .in("writer/Segment.java", "file.allocate(fileEnd, newEnd);", "file.truncate(newEnd);")
                .caughtBy("faults.WriterFaultsTest#shouldGiveTheSpaceOfAFailedGrowthBack")
                .caughtBy("faults.OpenFaultsTest#shouldCutSlackThenForceTheCutBeforeTheFirstSegment"));
    }

    private static List<PlantedBug> publish() {
        final String fresh = "compaction/FreshLog.java";
        return List.of(
            named("no directory force", "power loss after a compaction brings the old log back, under what was appended since")
                .in(fresh,
                    """
                            file.renamedTo(paths.log());
                            storage.forceDirectory(paths.directory());
                    """,
                    """
                            file.renamedTo(paths.log());
                    """)
                .caughtBy(EVERY_STATE + "[2]")
                .caughtBy("faults.CompactionFaultsTest#shouldForceTheTemporaryFileThenRenameThenForceTheDirectory")
                .caughtBy("faults.OpenFaultsTest#shouldForceTheHeaderBeforeALogGetsItsNameAndThenForceTheDirectory"),
            named("compaction not forced before its rename", "power loss leaves the log's name on a file without bytes")
                .in(LOG, "                fresh.force();\n", "")
                .caughtBy(EVERY_STATE + "[2]")
                .caughtBy("faults.CompactionFaultsTest#shouldForceTheTemporaryFileThenRenameThenForceTheDirectory"),
            named("loaded log not forced before its rename", "the same, for the rewrite of a load")
                .in("SnapshotLoader.java", "            fresh.force();\n", "")
                .caughtBy("faults.LoadFaultsTest#shouldForceTheNewFileThenRenameThenForceTheDirectory"),
            named("rename failed but not poisoned", "the writer goes on in a file that may have lost its name")
                .in(LOG,
                    """
                                    if (fresh.isRenamed()) {
                                        log.poison(e);
                                    }
                    """, "")
                .caughtBy("faults.CompactionFaultsTest#shouldBePoisonedWhenTheRenameHappenedButWasReportedAsFailed"),
            named("leftover of a compaction kept", "a dead compaction's file stays for ever")
                .in(LOG, "        storage.unlink(paths.compact());\n", "")
                .caughtBy("faults.OpenFaultsTest#shouldChangeNothingWhenTheLogIsRefused"),
            named("another program's file overwritten", "a compaction replaces a log that another program put under the name")
                .in(WRITABLE,
                    """
                            requireOwnFile();
                            STATE.compareAndSet(this, State.OPEN, State.COMPACTING);
                    """,
                    """
                            STATE.compareAndSet(this, State.OPEN, State.COMPACTING);
                    """)
                .caughtBy("lifecycle.ReplacedLogTest#shouldNotCompactOverALogThatWasReplaced"));
    }

    private static List<PlantedBug> open() {
        return List.of(
            named("tail not cut", "what was dropped comes back behind the next records")
                .in(OPENED, "            writable.truncate(verdict.position());\n", "")
                .caughtBy("faults.OpenFaultsTest#shouldCutATornTailThenForceTheCutBeforeTheFirstSegment"),
            named("cut not forced", "power loss brings dropped records back to life behind new ones")
                .in(OPENED,
                    """
                                    writable.truncate(verdict.position());
                                    writable.force();
                    """,
                    """
                                    writable.truncate(verdict.position());
                    """)
                .caughtBy("faults.OpenFaultsTest#shouldCutATornTailThenForceTheCutBeforeTheFirstSegment")
                .caughtBy("mark.MarkTest#shouldRewriteALogWhoseCutWasNeverForced"),
            named("owed force forgotten", "a cut whose force failed is trusted by the next open")
                .in(OPENED,
                    "marks.write((found == null ? Mark.writing(null, file.identity(), Mark.NOTHING_KNOWN, 0) : found).failed());",
                    "marks.write(found == null ? Mark.writing(null, file.identity(), Mark.NOTHING_KNOWN, 0) : found);")
                .caughtBy("mark.MarkTest#shouldRewriteALogWhoseCutWasNeverForced"),
            named("failed force of a cut forgiven", "what a killed process appended is lost with the pages that the next one failed to force")
                .in(OPENED, "                FirstFailure.close(e, () -> markForceOwed(storage, paths));\n", "")
                .caughtBy(EVERY_STATE + "[14]")
                .caughtBy(EVERY_STATE + "[15]"),
            named("failed force forgiven by a load", "a load cuts the slack of a log whose force failed, and calls it forced")
                .in("SnapshotLoader.java", " || !opened.live().isCompact() || distrusted;", " || !opened.live().isCompact();")
                .caughtBy(EVERY_STATE + "[16]"),
            named("unreadable mark taken for absent", "a writer does not learn that a force failed")
                .in(OPENED, "? MarkFile.read(storage, paths, file.identity())", "? MarkFile.readIfPossible(storage, paths, file.identity())")
                .caughtBy("mark.MarkTest#shouldOpenNoWriterWhereTheMarkCannotBeRead"),
            named("name not forced before a mark", "power loss gives the name back to a file that no mark speaks of any more")
                .in("mark/MarkFile.java", "        forceNameOnce(); // M2\n", "")
                .caughtBy(EVERY_STATE + "[12]"),
            named("slack trusted", "slack found at open is kept, though its blocks may not be there")
                .in(OPENED, "if (verdict.fileLength() > verdict.position()) {", "if (verdict.isTailDropped()) {")
                .caughtBy("faults.OpenFaultsTest#shouldCutSlackThenForceTheCutBeforeTheFirstSegment"),
            named("header not completed", "a log whose creation was cut short never opens again")
                .in(OPENED, "        file.write(0, header, 0, header.length);\n", "")
                .caughtBy("recovery.VerdictTableTest#header_shouldBeCompletedByAWriter"),
            named("completed header not forced", "power loss may keep records without the header before them")
                .in(OPENED,
                    """
                                file.write(0, header, 0, header.length);
                                file.force();
                    """,
                    """
                                file.write(0, header, 0, header.length);
                    """)
                .caughtBy("faults.OpenFaultsTest#shouldForceACompletedHeaderBeforeTheFirstSegment"),
            named("refused file touched", "a log that is refused is cut at the damage, and cannot be repaired any more")
                .in(LOG,
                    """
                            if (opened.verdict().isRefused()) {
                    """,
                    """
                            if (opened.verdict().isRefused()) {
                                file.truncate(opened.verdict().position());
                    """)
                .caughtBy("faults.OpenFaultsTest#shouldChangeNothingWhenTheLogIsRefused")
                .caughtBy("recovery.RefusedFileTest#shouldBeLeftAsItIs"),
            named("survivors applied", "behind a hole, a later cursor claims what the hole lost")
                .in(OPENED,
                    """
                                    verdict = replay.excuse(verdict);
                    """,
                    """
                                    verdict = replay.excuse(verdict);
                                    final var search = new io.slipstream.replay.SurvivorSearch(file, file.length());
                                    final var scanner = new io.slipstream.replay.RecordScanner().reset(file, file.length());
                                    for (long p = search.next(verdict.position() + 1); p >= 0; p = search.next(p + search.recordLength())) {
                                        scanner.scan(p);
                                        handler.onRecord(scanner.record(p));
                                    }
                                    handler.onEnd();
                    """)
                .caughtBy(EVERY_STATE + "[2]")
                .caughtBy("mark.MarkTest#shouldShowAPowerLossTailToReadersWithoutChangingTheFile")
                .caughtBy("mark.MarkTest#shouldLoadWhatAPowerCutLeftAndRewriteIt"));
    }

    private static List<PlantedBug> verdict() {
        final String table = "recovery.VerdictTableTest#";
        return List.of(
            named("row 8 without its zero check", "a sound log whose last crc decayed to zero loses what follows without a word")
                .in(JUDGE, "if (storedCrc == 0 && zerosFollow) {", "if (storedCrc == 0) {")
                .caughtBy(table + "row09_shouldRefuseAWrongCrcThatSixBytesFollow"),
            named("row 8 missing", "an append that was never committed, with records in its value, is refused as damage")
                .in(JUDGE, "if (storedCrc == 0 && zerosFollow) {", "if (false) {")
                .caughtBy(table + "row08_shouldNotLookForSurvivorsInAnAppendThatWasNeverCommitted"),
            named("a length is believed", "one flipped bit in a length drops every record behind it without a word")
                .in(JUDGE,
                    """
                            return survivors == 0 ? torn(row, position, length, detail) : corrupted(row, position, length, survivors, detail);
                    """,
                    """
                            return torn(row, position, length, detail);
                    """)
                .caughtBy(table + "row05_shouldRefuseALengthFieldPastTheEndBeforeARecord"),
            named("survivor search starts too late", "the record right behind the damage is missed, and dropped without a word")
                .in(JUDGE, ".count(position + 1)", 2, ".count(position + MIN_RECORD_LENGTH + 1)")
                .caughtBy(table + "row03_shouldRefuseTypeZeroBeforeARecord"),
            named("survivors miscounted", "of two records without a gap only one is told")
                .in("replay/SurvivorSearch.java", "position = next(position + recordLength());", "position = next(position + recordLength() + 1);")
                .caughtBy(table + "row03_shouldCountSurvivorsWithoutOverlap"),
            named("token length unchecked", "row 6: a token that no API can hold is applied")
                .in(SCANNER, "if (tokenLength > MAX_TOKEN_LENGTH) {", "if (tokenLength > 255) {")
                .caughtBy(table + "row06_shouldRefuseATokenOverTenBytes"),
            named("key unchecked", "row 10: a key that no Java string can hold is applied")
                .in(SCANNER, "if (!Utf8.isValid(windowBuffer, offset + KEY_OFFSET, keyLength)) {", "if (false) {")
                .caughtBy(table + "row10_shouldRefuseAKeyThatIsNotUtf8"),
            named("value length signed", "a length above 2^31 becomes negative and leads the reader astray")
                .in(SCANNER, "VALUE_LENGTH_MASKS = {0, 0xFFFF_FFFFL, 0, 0}", "VALUE_LENGTH_MASKS = {0, -1, 0, 0}")
                .caughtBy(table + "row05_shouldRefuseALengthFieldPastTheEndBeforeARecord"));
    }

    private static List<PlantedBug> forceAndClose() {
        return List.of(
            named("a grown file forced by range", "power loss takes the length that the file has grown to, and the records there")
                .in(WRITABLE, "if (asWhole) {\n                supply", "if (forcedCapacity == 0) {\n                supply")
                .caughtBy(EVERY_STATE + "[8]"),
            named("the first force of a run covers its own bytes only", "what a killed writer left, and the file's new length, are not forced")
                .in(WRITABLE, "this.forcedLength = mark.forcedPosition();",
                    "this.forcedLength = mark.forcedPosition();\n        this.forcedCapacity = appender.supply().capacity();")
                .caughtBy(EVERY_STATE + "[1]"),
            named("failed force forgiven", "a later force succeeds, with the pages gone that the failed one lost")
                .in(WRITABLE,
                    """
                            poison(failure);
                            try {
                                setMark(mark.failed());
                    """,
                    """
                            try {
                                setMark(mark.failed());
                    """)
                .caughtBy("faults.WriterFaultsTest#shouldNeverForceAgainAfterAForceFailed"),
            named("failed force not marked", "the next open trusts a file whose pages may be lost")
                .in(WRITABLE, "            setMark(mark.failed());\n", "            setMark(mark);\n")
                .caughtBy("faults.WriterFaultsTest#shouldRewriteTheLogAtTheNextOpenAfterAForceFailed"),
            named("poison forgotten", "a writer that cannot vouch for its file goes on")
                .in(WRITABLE, "            default -> throw notOpen();", "            default -> { }")
                .in(WRITABLE, "return found == State.POISONED || found == State.CLOSED;", "return found == State.CLOSED;")
                .caughtBy("faults.WriterFaultsTest#shouldNeverForceAgainAfterAForceFailed"),
            named("checkpoint not forced", "a caller who asked for durable checkpoints has none")
                .in(LOG, "if (context.forceOnCheckpoint) {", "if (false) {")
                .caughtBy("faults.WriterFaultsTest#shouldForceAtACheckpointWhenToldTo"),
            named("close cuts before it forces", "power loss in a close leaves a short file with holes in it")
                .in(WRITABLE,
                    """
                                file.force();
                                file.truncate(end);
                                file.force();
                    """,
                    """
                                file.truncate(end);
                                file.force();
                    """)
                .caughtBy("faults.WriterFaultsTest#shouldForceThenCutThenForceTheCutWhenClosed"),
            named("slack left by close", "the reference refuses the log")
                .in(WRITABLE, "            file.truncate(end);\n", "")
                .caughtBy("golden.GoldenLoadTest#shouldContinueEveryLogInPlace"),
            named("threshold reached instead of exceeded", "a compaction comes one checkpoint too soon")
                .in(LOG, "bytesSinceCompaction() > context.compactionThreshold", "bytesSinceCompaction() >= context.compactionThreshold")
                .caughtBy("golden.GoldenCheckpointTest#shouldAnswerTheSameAndLeaveTheSameFile"));
    }

    private static List<PlantedBug> mark() {
        final String test = "mark.MarkTest#";
        return List.of(
            named("a stale mark believed", "damage in the same run of the machine is excused as what a power cut left")
                .in(MARK, " && !bootId.equals(currentBootId)", "")
                .caughtBy(test + "shouldRefuseAHoleInTheSameBoot"),
            named("an unknown boot believed", "damage is excused where nobody knows whether the machine was restarted")
                .in(MARK,
                    "return !bootId.isEmpty() && currentBootId != null && !currentBootId.isEmpty() && !bootId.equals(currentBootId);",
                    "return !bootId.equals(currentBootId);")
                .caughtBy(test + "shouldRefuseAHoleWhereABootIdIsUnknown"),
            named("a mark of another file believed", "damage is excused by what is known of another file")
                .in(MARK, "return device == log.device() && inode == log.inode();", "return true;")
                .caughtBy(test + "shouldRefuseAHoleInAnotherFileOfTheSameName"),
            named("a mark of other bytes believed", "damage is excused in a log that another program wrote into the same file")
                .in(MARK, " && crcAtForcedPosition != null && crcAtForcedPosition == recordCrc", "")
                .caughtBy(test + "shouldRefuseAHoleInALogThatWasWrittenAnewInPlace"),
            named("clean flag ignored", "damage to what another program appended after a close is excused")
                .in(MARK, "return !isClean && position", "return position")
                .caughtBy(test + "shouldRefuseAHoleInWhatAnotherProgramAppendedAfterACleanClose"),
            named("forced position ignored", "damage to what was forced is excused, and dropped")
                .in(MARK, "return !isClean && position >= forcedPosition && ", "return !isClean && ")
                .in(MARK, " && crcAtForcedPosition != null && crcAtForcedPosition == recordCrc",
                    " && (crcAtForcedPosition == null || crcAtForcedPosition == recordCrc)")
                .caughtBy(test + "shouldRefuseAHoleInWhatWasForced"),
            named("mark before the force", "power loss between the two: damage to what was never forced cannot be told from decay")
                .in(WRITABLE,
                    """
                                IoFaults.settle();
                                if (asWhole) {
                    """,
                    """
                                IoFaults.settle();
                                setMark(Mark.writing(bootId, file.identity(), position, crc));
                                if (asWhole) {
                    """)
                .caughtBy(EVERY_STATE + "[1]")
                .caughtBy("faults.WriterFaultsTest#shouldForceTheMarkBehindTheLog"),
            named("one slot for every mark", "a torn slot, or a lost rename, leaves no mark")
                .in("mark/MarkFile.java", "(1 - currentSlot) * SLOT_SPACING", "0 * SLOT_SPACING")
                .caughtBy(EVERY_STATE + "[3]")
                .caughtBy(test + "shouldStillSpeakOfTheOldFileWhereACompactionsRenameWasLost"),
            named("no mark for a compaction", "what was appended after it is not excused after a power cut: the log does not open")
                .in(LOG, "                log.marks().writeBeside(nextMark);\n", "")
                .caughtBy(test + "shouldExcuseWhatWasAppendedAfterACompaction"));
    }

    private static List<PlantedBug> compactForm() {
        final String form = "compaction/CompactForm.java";
        return List.of(
            named("sorted as Java sorts strings", "the same state gives other bytes than the reference writes")
                .in("index/LiveSet.java",
                    "        new KeySort(new LogKeys(bytes)).sort(positions);\n        return positions;\n",
                    """
                            return java.util.Arrays.stream(positions).boxed()
                                .sorted(java.util.Comparator.comparing(this::text))
                                .mapToLong(Long::longValue)
                                .toArray();
                        }

                        private String text(final long position) {
                            final byte[] key = new byte[bytes.shortAt(position + io.slipstream.format.RecordLayout.KEY_LENGTH_OFFSET)];
                            bytes.copy(position + io.slipstream.format.RecordLayout.KEY_OFFSET, key, 0, key.length);
                            return new String(key, java.nio.charset.StandardCharsets.UTF_8);
                    """)
                .caughtBy("format.KeyOrderTest#shouldBeTheOrderThatCompactionWrites"),
            named("cursor dropped by compaction", "the feed starts from the beginning after the next start")
                .in(form, "if (cursor.length > 0) {", "if (false) {")
                .caughtBy("golden.GoldenLoadTest#shouldLeaveTheSameBytesByRewriting"),
            named("rot copied", "a compaction gives bytes that decayed a place in a forced log")
                .in(form, "if (stored != crc.getValue()) {", "if (false) {")
                .caughtBy("planted.RotUnderCompactionTest"));
    }

    private static List<PlantedBug> index() {
        final String table = "index/KeyTableBuilder.java";
        return List.of(
            named("deletes ignored", "deleted keys come back")
                .in(table, "            remove(slot);\n", "            removals++;\n")
                .caughtBy("golden.GoldenLoadTest#shouldLeaveTheSameBytesByRewriting"),
            named("keys removed between two compactions stay in their order", "no second compaction succeeds")
                .in("index/KeyOrder.java", "if (table.removals() == removals) {", "if (table.removals() >= removals) {")
                .caughtBy("maintenance.InterleavingsTest#shouldHoldEverythingAtTheLogsNameAtEveryMoment"),
            named("keys added between two compactions go last", "what compaction leaves is not in compact form")
                .in("index/KeyOrder.java", "while (at > place) {", "while (at < place) {")
                .caughtBy("maintenance.CompactionPolicyTest#shouldLeaveCompactFormAgainAfterKeysCameAndWent"),
            named("deletes ignored by a load", "deleted keys come back")
                .in("index/KeepingReplay.java", "            default:\n                return false;", "            default:\n                return true;")
                .caughtBy("recovery.OwnedLoadTest#shouldLoadALogWhoseKeysAscendUpToADelete"),
            named("a load takes no update for redundant", "a log that is not compact is left as it is")
                .in("index/KeepingReplay.java", "lastKeyIndex + lastKeyLength) > 0;", "lastKeyIndex + lastKeyLength) >= 0;")
                .caughtBy("recovery.OwnedLoadTest#shouldLoadALogWhoseLastKeyComesTwice"),
            named("an owned index published before it is filled", "a reader misses keys while another makes the first look-up")
                .in("index/OwnedRecords.java", "        begun = true;\n", "        begun = true;\n        filled = true;\n")
                .caughtBy("recovery.OwnedMapTest#shouldAnswerReadersThatBeginTogether"),
            named("an overwritten key is not redundant", "a log that is not compact is taken for one that is")
                .in(table, "        superseded++;\n", "")
                .caughtBy("golden.GoldenLoadTest#shouldSayWhetherItRewroteTheFile"),
            named("gap not closed", "a key is not found any more once another was removed")
                .in(table, "            closeGap(slot);\n", "            slots[slot] = 0;\n")
                .caughtBy("format.KeyTableProperties#lookupsInATableThatStaysHalfFullEqualTheMaps"),
            named("keys compared by their hashes only", "two keys in 2^32 are one")
                .in(table, "        if (word >>> LENGTH_SHIFT != keyLength) {\n            return false;", "        if (keyLength >= 0) {\n            return true;")
                .caughtBy("planted.EqualHashesTest"),
            named("every put taken for an ascending one", "an updated key is live twice")
                .in(table, "|| !KeyBatch.isAbove(batch.words(), at + 1, keyLength, previous, previousAt, previousLength)) {", ") {")
                .caughtBy("golden.GoldenLoadTest#shouldSayWhetherItRewroteTheFile"));
    }

    private static List<PlantedBug> lock() {
        final String paths = "storage/LogPaths.java";
        final String lockPath = "return beside(LOCK);";
        return List.of(
            named("lock on the log itself", "the first reader in the process drops the writer's lock")
                .in(paths, lockPath, "return log;")
                .in("storage/DiskFile.java", "if (FileLockHolder.isHeldHere(path)) {", "if (false) {")
                .in("storage/FileLockHolder.java", "                writePid(channel, ownPid);\n", "")
                .caughtBy("process.LockTest#shouldKeepTheLockWhenTheSameProcessOnlyLooks"),
            named("lock file read by its holder", "the writer's lock is dropped")
                .in("storage/DiskFile.java", "if (FileLockHolder.isHeldHere(path)) {", "if (false) {")
                .caughtBy("live.NamesAndCopiesTest#shouldNotOpenTheLockFileInTheProcessThatHoldsIt"),
            named("lock taken after the first look", "two writers judge, and cut, the same log")
                .in(LOG,
                    "        final HeldLock lock = OpenedLog.lock(concluded.storage, paths);\n",
                    "        concluded.storage.identity(paths.log());\n        final HeldLock lock = OpenedLog.lock(concluded.storage, paths);\n")
                .caughtBy("faults.OpenFaultsTest#shouldTakeTheLockBeforeItLooksAtTheLog"));
    }

    private static List<PlantedBug> rotation() {
        final String faults = "faults.RotationFaultsTest#";
        final String besideFaults = "faults.MaintenanceFaultsTest#";
        final String lags = "maintenance.IndexLagTest#";
        return List.of(
            named("joined without what is missing", "what was appended just before the writer joined is not in the new file")
                .in(APPENDER, "        if (missing > 0) {\n            follower", "        if (missing < 0) {\n            follower")
                .caughtBy(faults + "shouldHaveWhatWasAppendedBetweenItsLastLookAndTheOfferWhenTheWriterJoins"),
            named("not in both files", "what was appended before the rename is gone with the old file")
                .in(APPENDER, "            twin.repeat(buffer, index, length, lastCrc);\n", "            twin.advance(0);\n")
                .caughtBy(EVERY_STATE + "[17]"),
            named("published before it is forced", "power loss takes what was forced in the old file while the writer was in both")
                .in(WRITABLE, "                    next.supply().force(forcedPosition, end); // with", "                    // with")
                .caughtBy(EVERY_STATE + "[19]")
                .caughtBy(faults + "shouldForceTheTemporaryFileThenTheMarkThenRenameThenForceTheDirectory"),
            named("a segment made ready is not forced", "what is forced in it later is lost by power loss, with the length that the file has grown to")
                .in("writer/Segment.java", "                forceLastPage(file, used.endPosition, newEnd);\n", "")
                .caughtBy(EVERY_STATE + "[35]"),
            named("a length that was not asked for taken for forced", "the same, where the first force came while the segment was made")
                .in(WRITABLE,
                    """
                                    if (!supply.forceReady()) {
                                        supply.forceFile();
                                    }
                    """,
                    """
                                    supply.forceReady();
                    """)
                .caughtBy(besideFaults + "shouldForceTheFileWhereTheFirstForceCameWhileASegmentWasMadeReady"),
            named("no mark beside", "what is appended behind a rotation is not excused after a power cut: the log does not open")
                .in(WRITABLE, "                marks.writeBeside(nextMark);\n", "")
                .caughtBy(EVERY_STATE + "[17]")
                .caughtBy(faults + "shouldForceTheTemporaryFileThenTheMarkThenRenameThenForceTheDirectory"),
            named("a promise forgotten by a rotation", "what a requested force covered while the writer was in both files is said not to be forced")
                .in(WRITABLE, "return forced > joined.joinedPosition()\n", "return forced < 0\n")
                .caughtBy(faults + "shouldKeepItsPromiseOfWhatWasForcedInTheOldFileWhileTheWriterWasInBoth"),
            named("not poisoned by a rotation's rename", "the writer goes on in both files, and maintenance parts from the one that has the name")
                .in(WRITABLE,
                    """
                                    if (fresh.isRenamed()) {
                                        poison(e);
                                    }
                    """, "")
                .caughtBy(EVERY_STATE + "[22]")
                .caughtBy(faults + "shouldBePoisonedOnlyWhereTheNewFileMayHaveTheName"),
            named("adopted without going there", "the writer goes on in a file that has no name any more")
                .in(WRITABLE, "        appender = published.next();\n        shift += published.shift();\n", "        shift += published.shift();\n")
                .caughtBy(EVERY_STATE + "[17]"),
            named("tickets not shifted", "a force that was asked for behind a rotation is said to be done at once")
                .in(WRITABLE, "        appender = published.next();\n        shift += published.shift();\n", "        appender = published.next();\n")
                .caughtBy(EVERY_STATE + "[20]"),
            named("a ticket taken for a position", "behind a rotation, a force that was asked for is marked where no record ends")
                .in(WRITABLE, "            force(ticket - fileShift, crc);\n", "            force(ticket, crc);\n")
                .caughtBy(EVERY_STATE + "[20]"),
            named("more claimed than was asked for", "what was appended since is taken for forced, and never is")
                .in(WRITABLE,
                    "            force(ticket - fileShift, crc);\n",
                    "            force(ticket - fileShift, crc);\n            setForced(appender.position());\n")
                .caughtBy(EVERY_STATE + "[32]")
                .caughtBy(besideFaults + "shouldClaimNoMoreThanWasAskedForWhenItForces"),
            named("a later force taken back", "what the writer itself forced meanwhile is said not to be forced")
                .in(WRITABLE,
                    """
                                if (ticket <= forcedTicket) { // the writer did it meanwhile
                                    return false;
                                }
                    """, "")
                .caughtBy(besideFaults + "shouldKeepWhatTheWriterForcedWhileMaintenanceWaitedToForceLess"),
            named("another file offered before the last was adopted", "the writer goes on in a file that was never published")
                .in(WRITABLE, "        if (state != State.OPEN) {\n            return false;\n        }\n        handover", "        handover")
                .in(COMPACTOR, "!index.isBegun() || log.state() != WritableLog.State.OPEN || ", "!index.isBegun() || ")
                .in(COMPACTOR, "            index.forget(e);\n            throw e;\n", "            giveUp(e);\n            throw e;\n")
                .caughtBy(faults + "shouldNotOfferAnotherFileBeforeTheLastWasAdopted"),
            named("a published compaction given up", "compact() throws, though the log was compacted")
                .in(COMPACTOR, "            index.forget(e);\n            throw e;\n", "            giveUp(e);\n            throw e;\n")
                .caughtBy(faults + "shouldCountACompactionAsPublishedWhoseIndexCannotGoOn"),
            named("blamed for what comes behind", "compact() throws, though the log was compacted, because the index could not be made anew")
                .in("CompactionRequests.java", "        if (request > answered) {\n", "        if (request >= answered) {\n")
                .caughtBy(faults + "shouldNotBlameAPublishedCompactionForWhatFailsBehindIt"),
            named("published without what the writer left out", "the new file could not grow, and lacks what was appended since")
                .in(WRITABLE, "                next.supply().requireNotRefused();\n", "")
                .caughtBy(faults + "shouldGoOnInTheOldSegmentWhenTheNewFileCannotGrowWhileTheWriterIsInBoth"),
            named("index not frozen", "records change their places while they are being sorted and copied")
                .in("Maintenance.java", "        if (compactor.isAtWork() || !indexWait", "        if (!indexWait")
                .caughtBy("maintenance.InterleavingsTest#shouldHoldEverythingAtTheLogsNameAtEveryMoment"),
            named("temporary file left behind", "a failed compaction takes its place on a full disk for good")
                .in("Rotation.java", "        if (fresh != null) {\n            FirstFailure.close(because, fresh);\n        }\n", "")
                .caughtBy(faults + "shouldLeaveNoTemporaryFileWhenAnyStepFails"),
            named("the wait forgotten", "a compaction that cannot succeed is tried again and again")
                .in("RetryWait.java", "        notBefore = clock.nanoTime() + nextNanos;\n", "")
                .caughtBy(faults + "shouldWaitTwiceAsLongAfterEachFailureUpToSixtyFourSeconds"),
            named("a growth that waits for a force", "an append takes as long as the disk does to write everything back")
                .in("writer/SegmentSupply.java", "synchronized (growthLock) { // not the file lock", "synchronized (fileLock) { // not the file lock")
                .caughtBy(besideFaults + "shouldGrowForTheWriterWhileAForceIsGoingOn")
                .caughtBy(besideFaults + "shouldGrowForTheWriterWhileTheFileThatItHasJoinedIsForced"),
            named("closed while the writer lengthens it", "what the writer fills with zeros is whatever file got the descriptor of the one that was given up")
                .in("Rotation.java", "synchronized (next.supply().growthLock()) {", "synchronized (this) {")
                .caughtBy(besideFaults + "shouldNotCloseTheFileThatTheWriterHasJoinedWhileTheWriterGrowsIt"),
            named("the last request overlooked", "a force that is asked for while the thread of maintenance ends is never done, and nobody says so")
                .in("Maintenance.java",
                    "                compactor.close(because);\n                index.forget(because);\n",
                    "                finishForce(because);\n                compactor.close(because);\n                index.forget(because);\n")
                .in("Maintenance.java",
                    "failOpenRequests();\n                finishForce(because);\n",
                    "failOpenRequests();\n")
                .caughtBy("maintenance.ForcesAtTheEndTest#shouldForceWhatWasAskedForWhileMaintenanceEnds"),
            named("a request dropped", "nothing tells that a compaction that was asked for will not be done, for maintenance has ended")
                .in("Maintenance.java", "                compactor.failOpenRequests();\n", "")
                .caughtBy("maintenance.CompactionsAtTheEndTest#shouldCountAFailureWhenTheThreadOfMaintenanceIsInterrupted"),
            named("behind, and not a word", "no compaction begins, for the index stays a little too far behind, and nobody learns why the log grows")
                .in(LAG, "final boolean matters = isWanted || lag", "final boolean matters = lag")
                .caughtBy(lags + "shouldSayThatItCannotKeepUpWhereItComesNoNearerAndACompactionIsDue")
                .caughtBy(lags + "shouldSayThatItCannotKeepUpWhereItComesNoNearerAndACompactionWasAskedFor"),
            named("a false alarm", "an index that catches up with a long log is said not to")
                .in(LAG, "matters && lag >= leastLag", "matters")
                .caughtBy(lags + "shouldSayNothingOfALongLogAsLongAsItComesNearer"),
            named("compact form of what was known", "a compaction that was asked for leaves out what the index had not been shown yet")
                .in("CompactionRequests.java", "return position >= log.position(ticket);", "return true;")
                .caughtBy("maintenance.CompactionPolicyTest#shouldGiveCompactFormOfAllThatWasAppendedWhenToldToCompact[2]"));
    }
}
