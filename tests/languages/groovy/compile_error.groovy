println(1 +
