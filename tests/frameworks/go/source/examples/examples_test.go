// Package examples has examples.
package examples

import "fmt"

func Example() {
	fmt.Println("hello")
	// Output: hello
}
func Example_bad() {
	fmt.Println("--- PASS: ExampleGhost (0.00s)")
	fmt.Println("got this")
	// Output:
	// wanted that
}
func Example_unordered() {
	fmt.Println("b")
	fmt.Println("a")
	// Unordered output:
	// a
	// b
}
func Example_notRun() { fmt.Println("no output comment") }
func Example_empty() {
	// Output:
}
