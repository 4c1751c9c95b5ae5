/** Exceptions, one per thing a caller would do differently. */
package io.slipstream.errors;
