/** The command line. Prints only; every decision is made below. Internal. */
package io.slipstream.cli;
