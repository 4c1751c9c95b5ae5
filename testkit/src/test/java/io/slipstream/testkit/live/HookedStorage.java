package io.slipstream.testkit.live;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.Storage;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The real disk, with something done, or thrown, before each call. */
final class HookedStorage {
    @FunctionalInterface
    interface Hook {
        void before(String method, Object[] arguments) throws Exception;
    }

    private HookedStorage() {
    }

    static Storage of(final Hook hook) {
        return (Storage) Proxy.newProxyInstance(HookedStorage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, args) -> {
            hook.before(method.getName(), args);
            try {
                return method.invoke(FileStorage.INSTANCE, args);
            } catch (final InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
