void main() { int a = "x"; }
