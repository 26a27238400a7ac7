// Package a has the same names as its twin.
package a

import (
	"fmt"
	"testing"
	"time"
)

func TestTwin(t *testing.T) {
	for i := 0; i < 4; i++ {
		fmt.Println("a", i)
		time.Sleep(3 * time.Millisecond)
	}
}
func TestTwinAgain(t *testing.T) {
	t.Run("sub", func(t *testing.T) { time.Sleep(5 * time.Millisecond) })
}
func BenchmarkTwin(b *testing.B) {
	b.Run("n=1", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			time.Sleep(100 * time.Microsecond)
		}
	})
	b.Run("n=2", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			time.Sleep(200 * time.Microsecond)
		}
	})
}
