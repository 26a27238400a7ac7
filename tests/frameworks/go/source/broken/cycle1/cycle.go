// Package cycle1 is in a cycle.
package cycle1

import _ "example.com/odd/broken/cycle2"
