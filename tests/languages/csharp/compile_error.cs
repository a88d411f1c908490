class Sum { static void Main() { int a = "x"; } }
