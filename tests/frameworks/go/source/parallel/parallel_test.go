// Package parallel interleaves its tests.
package parallel

import (
	"fmt"
	"testing"
	"time"
)

func work(t *testing.T, name string) {
	t.Parallel()
	for i := 0; i < 3; i++ {
		t.Logf("%s log %d", name, i)
		fmt.Printf("%s print %d\n", name, i)
		time.Sleep(2 * time.Millisecond)
	}
}

func TestA(t *testing.T) { work(t, "A") }
func TestB(t *testing.T) { work(t, "B"); t.Error("B failed") }
func TestC(t *testing.T) { work(t, "C"); t.Skip("C skipped") }
func TestD(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"x", "y", "z"} {
		name := name
		t.Run(name, func(t *testing.T) {
			work(t, "D/"+name)
			if name == "y" {
				t.Fatal("D/y failed")
			}
		})
	}
}
func TestSerial(t *testing.T) { fmt.Println("serial prints") }
