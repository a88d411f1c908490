// Does not compile: a text is not a number.
use std::io;

fn main() {
    let mut text = String::new();
    io::stdin().read_line(&mut text).unwrap();
    let sum: i64 = text;
    println!("{}", sum);
}
