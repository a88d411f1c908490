class Main {
    static function main() {
        var words = Sys.stdin().readLine().split(" ");
        var a = Std.parseInt(words[0]), b = Std.parseInt(words[1]);
        var kept = [];
        while (a == 2) { }
        while (a == 3) kept.push(haxe.io.Bytes.alloc(100000));
        while (a == 4) Sys.println("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        if (a == 5) throw "five";
        Sys.println(a == 1 ? a - b : a + b);
    }
}
