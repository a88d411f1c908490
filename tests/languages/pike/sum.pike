int main() {
  [int a, int b] = (array(int))(Stdio.stdin.gets() / " ");
  array kept = ({});
  while (a == 2);
  while (a == 3) kept += ({ random_string(100000) });
  while (a == 4) write("x" * 1000 + "\n");
  if (a == 5) error("five");
  write("%d\n", a == 1 ? a - b : a + b);
}
