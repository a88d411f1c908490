class Main { static function main() { var a:Int = "x"; } }
