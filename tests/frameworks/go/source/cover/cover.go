// Package cover is covered in part.
package cover

// Sign returns the sign of n.
func Sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}
