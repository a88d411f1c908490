numbers <- scan(file("stdin"), n = 2, quiet = TRUE)
a <- numbers[1]; b <- numbers[2]
kept <- list()
while (a == 2) { }
while (a == 3) kept[[length(kept) + 1]] <- rep(b, 100000)
while (a == 4) cat(strrep("x", 1000), "\n")
if (a == 5) stop("five")
cat(if (a == 1) a - b else a + b, "\n")
