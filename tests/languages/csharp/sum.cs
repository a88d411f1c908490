using System;
using System.Collections.Generic;

class Sum {
    static void Main() {
        var words = Console.ReadLine().Split(' ');
        int a = int.Parse(words[0]), b = int.Parse(words[1]);
        var kept = new List<byte[]>();
        while (a == 2) { }
        while (a == 3) { var block = new byte[10000]; for (int i = 0; i < block.Length; i++) block[i] = 1; kept.Add(block); }
        while (a == 4) Console.WriteLine(new string('x', 1000));
        if (a == 5) throw new Exception("five");
        Console.WriteLine(a == 1 ? a - b : a + b);
    }
}
