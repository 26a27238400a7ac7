// Package missing imports what is not there.
package missing

import (
	"testing"

	_ "example.com/nowhere/at/all"
	_ "example.com/odd/nodir"
)

func TestMissing(t *testing.T) {}
