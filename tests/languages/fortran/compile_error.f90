program total
  implicit none
  print *, x
end program
