// Package testbuild compiles; its tests do not.
package testbuild
