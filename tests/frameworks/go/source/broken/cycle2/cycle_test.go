package cycle2

import "testing"

func TestCycle(t *testing.T) {}
