// Package vet compiles, but vet objects.
package vet

import (
	"fmt"
	"testing"
)

func TestVet(t *testing.T) { fmt.Printf("%d\n", "no number") }
