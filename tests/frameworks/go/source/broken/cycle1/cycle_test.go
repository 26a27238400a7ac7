package cycle1

import "testing"

func TestCycle(t *testing.T) {}
