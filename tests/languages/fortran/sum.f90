program total
  implicit none
  type node
    real(8) :: values(10000)
    type(node), pointer :: next => null()
  end type
  type(node), pointer :: head => null(), new
  integer :: a, b
  integer, volatile :: n = 0
  read *, a, b
  do while (a == 2)
    n = n + 1
  end do
  do while (a == 3)
    allocate (new)
    new%values = b
    new%next => head
    head => new
  end do
  do while (a == 4)
    print '(a)', repeat('x', 1000)
  end do
  if (a == 5) error stop 5
  print '(i0)', merge(a - b, a + b, a == 1)
end program
