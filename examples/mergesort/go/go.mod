module example.com/mergesort

go 1.19
