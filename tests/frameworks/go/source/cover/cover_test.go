package cover

import "testing"

func TestSign(t *testing.T) {
	if Sign(1) != 1 {
		t.Fail()
	}
}
func BenchmarkSign(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Sign(i)
	}
}
