// Package race has data races.
package race

import "testing"

func TestBefore(t *testing.T) {}
func TestRace(t *testing.T) {
	n := 0
	done := make(chan bool)
	go func() { n++; close(done) }()
	n++
	<-done
	t.Run("sub", func(t *testing.T) {
		m := 0
		done := make(chan bool)
		go func() { m++; close(done) }()
		m++
		<-done
	})
}
func TestAfter(t *testing.T) {}
func BenchmarkRace(b *testing.B) {
	n := 0
	for i := 0; i < b.N; i++ {
		done := make(chan bool)
		go func() { n++; close(done) }()
		n++
		<-done
	}
}
