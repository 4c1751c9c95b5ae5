package io.slipstream.testkit.units;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A file on the real disk, with something done, or thrown, before each call: what another process, or the machine, does to it. */
final class HookedFile {
    /** Is told which call comes, and the how many-th of its kind it is, counted from 1. */
    @FunctionalInterface
    interface Hook {
        void before(String method, int nth) throws IOException;
    }

    private HookedFile() {
    }

    static StorageFile open(final Path path, final Hook hook) throws IOException {
        return around(FileStorage.INSTANCE.openForRead(path), hook);
    }

    private static StorageFile around(final StorageFile file, final Hook hook) {
        final Map<String, Integer> calls = new HashMap<>();
        return (StorageFile) Proxy.newProxyInstance(HookedFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, args) -> {
            hook.before(method.getName(), calls.merge(method.getName(), 1, Integer::sum));
            try {
                return method.invoke(file, args);
            } catch (final InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
