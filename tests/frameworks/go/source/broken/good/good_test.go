// Package good is good.
package good

import "testing"

func TestGood(t *testing.T) {}
func BenchmarkGood(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}
