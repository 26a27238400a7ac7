package benchfakes

import (
	"fmt"
	"os"
	"testing"
)

// With their own names and no suffix or another one.
func BenchmarkZNoSuffix(b *testing.B) {
	if os.Getenv("END") != "own" {
		b.Skip("imitates nothing")
	}
	if b.N == 1 {
		fmt.Println("BenchmarkZNoSuffix \t     100\t         5.000 ns/op")
	}
	loop(b)
}
func BenchmarkZOtherSuffix(b *testing.B) {
	if os.Getenv("END") != "own" {
		b.Skip("imitates nothing")
	}
	if b.N == 1 {
		fmt.Println("BenchmarkZOtherSuffix-16 \t     100\t         5.000 ns/op")
	}
	loop(b)
}

// With its own name and the right suffix: nobody can tell them apart, except by order.
func BenchmarkZOwnName(b *testing.B) {
	if os.Getenv("END") != "own" {
		b.Skip("imitates nothing")
	}
	if b.N == 1 {
		fmt.Println("BenchmarkZOwnName-2 \t     100\t         5.000 ns/op")
	}
	loop(b)
}
