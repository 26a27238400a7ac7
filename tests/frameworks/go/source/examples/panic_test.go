package examples

import (
	"fmt"
	"os"
)

func Example_panics() {
	fmt.Println("fine")
	if os.Getenv("END") == "panic" {
		panic("in an example")
	}
	// Output: fine
}
