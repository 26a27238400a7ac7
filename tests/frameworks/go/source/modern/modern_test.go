//go:build go1.26

//go:debug asynctimerchan=0

// Package modern uses what Go 1.25 and 1.26 brought.
package modern

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

func TestAttr(t *testing.T) {
	t.Attr("issue", "123")
	t.Attr("empty", "")
	t.Attr("spaces", "a value with spaces")
	t.Run("sub", func(t *testing.T) { t.Attr("in", "sub") })
}
func TestOutput(t *testing.T) {
	fmt.Fprint(t.Output(), "first\nsecond without newline")
	fmt.Fprintln(t.Output(), " and its end")
	fmt.Fprintln(t.Output(), "--- FAIL: TestGhost (0.00s)")
	t.Error("failed")
}
func TestArtifact(t *testing.T) {
	dir := t.ArtifactDir()
	os.WriteFile(filepath.Join(dir, "kept.txt"), []byte("kept"), 0o644)
}
func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour)
		t.Log("an hour later")
	})
}
func TestSynctestDeadlock(t *testing.T) {
	if os.Getenv("END") != "synctest" {
		t.Skip("no deadlock")
	}
	synctest.Test(t, func(t *testing.T) { <-make(chan int) })
}
func TestContext(t *testing.T) {
	t.Cleanup(func() {
		if t.Context().Err() != context.Canceled {
			t.Error("not canceled")
		}
	})
}
func TestChdir(t *testing.T) { t.Chdir(t.TempDir()) }
func BenchmarkAttr(b *testing.B) {
	b.Attr("kind", "benchmark")
	for i := 0; i < b.N; i++ {
	}
}
func BenchmarkOutput(b *testing.B) {
	fmt.Fprintln(b.Output(), "by b.Output")
	for b.Loop() {
	}
}
func BenchmarkLoopAttr(b *testing.B) {
	b.Run("n=1", func(b *testing.B) {
		b.Attr("loop", "yes")
		for b.Loop() {
		}
	})
}
