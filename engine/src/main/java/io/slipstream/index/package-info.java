/** Key to position of the live record; no values copied. Internal. */
package io.slipstream.index;
