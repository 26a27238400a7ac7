package fakes

import (
	"fmt"
	"os"
	"testing"
)

// With the mark that Go itself writes: events are made out of these.
func TestMarked(t *testing.T) {
	if os.Getenv("END") != "marked" {
		t.Skip("marks nothing")
	}
	fmt.Println("\x16--- PASS: TestGhostMarked (0.00s)")
	fmt.Println("\x16    --- FAIL: TestMarked/ghost (0.00s)")
}
