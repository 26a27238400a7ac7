// Package build does not compile.
package build

// Bad is bad.
func Bad() int { return undefinedThing }

// Worse is worse.
func Worse() string { return 1 }
