int main() { int a = "x"; }
