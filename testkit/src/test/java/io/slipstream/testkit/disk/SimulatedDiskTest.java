package io.slipstream.testkit.disk;

import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.LockHeldException;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a simulated disk keeps and what it may lose: docs/recovery.md, section 1. */
class SimulatedDiskTest {
    private static final int PAGE = SimulatedDisk.PAGE_LENGTH;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final Path path = disk.path("file");
    private StorageFile file;

    @BeforeEach
    void createAFileThatIsThereForGood() throws IOException {
        file = disk.create(path, null);
        disk.forceDirectory(path.getParent());
    }

    private void write(final int position, final int value) throws IOException {
        file.write(position, new byte[] {(byte) value}, 0, 1);
    }

    private MappedRegion twoForcedPages() throws IOException {
        file.allocate(0, 2 * PAGE);
        file.force();
        return file.map(0, 2 * PAGE, true);
    }

    /** The first bytes of both pages, as two digits, in every state that was drawn. */
    private Set<String> statesOfTwoPages(final int draws) {
        final Set<String> states = new HashSet<>();
        final PowerCut cut = disk.powerCut(disk.moment());
        final Random random = new Random(1);
        for (int i = 0; i < draws; i++) {
            final byte[] bytes = cut.any(random).file(path);
            states.add("" + bytes[0] + bytes[PAGE]);
        }
        return states;
    }

    @Test
    void shouldKeepEveryStoreWhenTheProcessDies() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        region.buffer().putByte(PAGE, (byte) 2);
        final byte[] left = disk.afterProcessDeath().file(path);
        assertEquals(1, left[0]);
        assertEquals(2, left[PAGE]);
    }

    @Test
    void shouldKeepTheStoresBeforeTheMomentOfDeathAlone() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        final int moment = disk.moment();
        region.buffer().putByte(PAGE, (byte) 2);
        final byte[] left = disk.afterProcessDeath(moment).file(path);
        assertEquals(1, left[0]);
        assertEquals(0, left[PAGE]);
    }

    @Test
    void shouldDieInTheMiddleOfALongStore() throws IOException {
        final MappedRegion region = twoForcedPages();
        final int before = disk.moment();
        final byte[] ones = new byte[3000];
        Arrays.fill(ones, (byte) 1);
        region.buffer().putBytes(2000, ones);
        assertTrue(disk.moment() - before >= 2, "pieces: " + (disk.moment() - before));
        final byte[] left = disk.afterProcessDeath(before + 1).file(path);
        int stored = 0;
        for (final byte b : left) {
            stored += b;
        }
        assertTrue(stored > 0 && stored < 3000, "bytes stored: " + stored);
    }

    @Test
    void shouldKeepOrLoseEachPageByItself() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        region.buffer().putByte(PAGE, (byte) 2);
        assertEquals(Set.of("00", "10", "02", "12"), statesOfTwoPages(500));
    }

    @Test
    void shouldShowAPageAsItWasAtAnyMomentSinceItsForce() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        region.force(0, PAGE);
        region.buffer().putByte(0, (byte) 2);
        region.buffer().putByte(0, (byte) 3);
        assertEquals(Set.of("10", "20", "30"), statesOfTwoPages(500));
    }

    @Test
    void shouldKeepWhatWasForced() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        region.buffer().putByte(PAGE, (byte) 2);
        file.force();
        assertEquals(Set.of("12"), statesOfTwoPages(100));
    }

    @Test
    void shouldForceThePagesOfARangeAlone() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        region.buffer().putByte(PAGE, (byte) 2);
        region.force(PAGE + 10, 1);
        assertEquals(Set.of("02", "12"), statesOfTwoPages(200));
    }

    @Test
    void shouldNotForceALengthWithARange() throws IOException {
        file.allocate(0, PAGE);
        final MappedRegion region = file.map(0, PAGE, true);
        region.buffer().putByte(0, (byte) 1);
        region.force(0, PAGE);
        final Set<Integer> lengths = new HashSet<>();
        final Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            lengths.add(disk.afterPowerLoss(random).file(path).length);
        }
        assertEquals(Set.of(0, PAGE), lengths);
    }

    @Test
    void shouldBringBackWhatACutThatWasNotForcedTookAway() throws IOException {
        write(0, 1);
        write(PAGE, 2);
        file.force();
        file.truncate(PAGE);
        file.allocate(PAGE, 2 * PAGE);
        assertEquals(Set.of("10", "12"), disk.powerCut(disk.moment()).every()
                .filter(state -> state.file(path).length == 2 * PAGE)
                .map(state -> "" + state.file(path)[0] + state.file(path)[PAGE])
                .collect(Collectors.toSet()));
    }

    @Test
    void shouldTearOnePageAtASector() throws IOException {
        final MappedRegion region = twoForcedPages();
        final byte[] ones = new byte[2 * PAGE];
        Arrays.fill(ones, (byte) 1);
        region.buffer().putBytes(0, ones);
        final Random random = new Random(1);
        int torn = 0;
        for (int i = 0; i < 500; i++) {
            final byte[] left = disk.afterPowerLoss(random).file(path);
            for (int at = 0; at < left.length; at += 512) {
                torn += left[at] != left[at & -PAGE] ? 1 : 0;
            }
        }
        assertTrue(torn > 0, "no page was torn");
    }

    @Test
    void shouldListEveryStateOfFewSectors() throws IOException {
        final MappedRegion region = twoForcedPages();
        for (int sector = 0; sector < 5; sector++) {
            region.buffer().putByte(sector * 512, (byte) 1);
        }
        final PowerCut cut = disk.powerCut(disk.moment());
        assertEquals(5, cut.dirtySectors());
        final Set<String> states = cut.every().map(state -> Arrays.toString(state.file(path))).collect(Collectors.toSet());
        assertEquals(32, states.size());
        assertEquals(32, cut.every().count());
    }

    @Test
    void shouldRefuseToListTheStatesOfManySectors() throws IOException {
        final MappedRegion region = twoForcedPages();
        for (int sector = 0; sector < 13; sector++) {
            region.buffer().putByte(sector * 512, (byte) 1);
        }
        final PowerCut cut = disk.powerCut(disk.moment());
        assertThrows(IllegalStateException.class, cut::every);
    }

    @Test
    void shouldMakeNamesInOrderUntilTheDirectoryIsForced() throws IOException {
        disk.create(disk.path("new"), null).close();
        disk.rename(disk.path("new"), disk.path("newer"));
        disk.unlink(path);
        final PowerCut cut = disk.powerCut(disk.moment());
        final Set<String> states = cut.every().map(state -> state.files().stream().map(Path::getFileName).toList().toString()).collect(Collectors.toSet());
        assertEquals(Set.of("[file]", "[file, new]", "[file, newer]", "[newer]"), states);
        disk.forceDirectory(path.getParent());
        final Set<String> forced = disk.powerCut(disk.moment()).every().map(state -> state.files().get(0).getFileName().toString())
                .collect(Collectors.toSet());
        assertEquals(Set.of("newer"), forced);
    }

    @Test
    void shouldLoseWhatAFailedForceCalledClean() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        disk.loseForce(1);
        assertThrows(IOException.class, file::force);
        file.force();
        assertEquals(0, disk.powerCut(disk.moment()).leavingWhatWasForced().file(path)[0]);
    }

    @Test
    void shouldWriteALostPageWithItsNextStore() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putByte(0, (byte) 1);
        disk.loseForce(1);
        assertThrows(IOException.class, file::force);
        region.buffer().putByte(1, (byte) 2);
        file.force();
        assertEquals(1, disk.powerCut(disk.moment()).leavingWhatWasForced().file(path)[0]);
    }

    @Test
    void shouldStartAgainWithAnotherBootIdAfterAPowerCutAlone() {
        assertEquals(disk.bootId(), disk.afterProcessDeath().bootId());
        final SimulatedDisk restarted = disk.afterPowerLoss(new Random(1));
        assertNotEquals(disk.bootId(), restarted.bootId());
        assertNotEquals(restarted.bootId(), restarted.afterPowerLoss(new Random(1)).bootId());
    }

    @Test
    void shouldUseInodeNumbersAgain() throws IOException {
        final long number = disk.identity(path).inode();
        file.close();
        disk.unlink(path);
        disk.create(disk.path("other"), null).close();
        assertEquals(number, disk.identity(disk.path("other")).inode());
    }

    @Test
    void shouldKeepTheNumberOfAFileThatIsStillOpen() throws IOException {
        final long number = disk.identity(path).inode();
        disk.unlink(path);
        disk.create(disk.path("other"), null).close();
        assertNotEquals(number, disk.identity(disk.path("other")).inode());
    }

    @Test
    void shouldNoticeAStoreThatItWasNotToldOf() throws IOException {
        final MappedRegion region = twoForcedPages();
        region.buffer().putIntRelease(0, 1);
        assertThrows(IllegalStateException.class, disk::powerCuts);
    }

    @Test
    void shouldLetGoOfLocksWithTheProcess() throws IOException {
        final HeldLock lock = disk.lock(disk.path("lock"));
        assertThrows(LockHeldException.class, () -> disk.lock(disk.path("lock")));
        disk.afterProcessDeath().lock(disk.path("lock")).close();
        lock.close();
        disk.lock(disk.path("lock")).close();
    }

    @Test
    void shouldShowAMappingTheStoresOfAnother() throws IOException {
        final MappedRegion writable = twoForcedPages();
        final MappedRegion readOnly = file.map(0, PAGE, false);
        writable.buffer().putInt(8, 42, ByteOrder.LITTLE_ENDIAN);
        file.allocate(2 * PAGE, 100 * PAGE);
        assertEquals(42, readOnly.buffer().getInt(8, ByteOrder.LITTLE_ENDIAN));
        final byte[] read = new byte[4];
        file.copy(8, read, 0, 4);
        assertArrayEquals(new byte[] {42, 0, 0, 0}, read);
    }

    @Test
    void shouldAnswerAsAFileSystemDoes() throws IOException {
        assertThrows(FileAlreadyExistsException.class, () -> disk.create(path, null));
        assertThrows(NoSuchFileException.class, () -> disk.openForRead(disk.path("none")));
        assertThrows(FileChangedException.class, () -> file.copy(0, new byte[1], 0, 1));
        assertThrows(FileAlreadyExistsException.class, () -> disk.link(path, path));
        assertFalse(disk.unlink(disk.path("none")));
        assertNull(disk.identity(disk.path("none")));
        file.close();
        assertThrows(IOException.class, file::length);
    }

    @Test
    void shouldKeepWhatIsPutAsAForcedFile() {
        disk.put(disk.path("put"), new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, disk.powerCut(disk.moment()).leavingWhatWasForced().file(disk.path("put")));
    }
}
