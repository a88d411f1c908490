fun main () = print 1
