// Package daemon keeps a few long-running programs alive: it starts them, writes
// their output to a log file, starts them again when they exit, stops them in
// good order, and makes sure that none of them outlives the program that started
// it, not even after kill -9.
//
// Two mechanisms see to the last point. On Linux the kernel kills a child when
// its parent dies (the parent-death signal). Everywhere a pid file names the
// child, and Reap, called at the next start, kills those that are still there.
package daemon
